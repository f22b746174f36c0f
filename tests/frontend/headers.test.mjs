import assert from "node:assert/strict";
import {createServer} from "node:http";
import {after, before, test} from "node:test";

import {limits} from "../../frontend/service.js";

/** A service that accepts one token. @type {import("node:http").Server} */
let server;
let accepted = "second";
/** @type {(string | undefined)[]} */
let sent = [];
let api = "";

before(async () => {
  server = createServer((request, response) => {
    sent.push(request.headers.authorization);
    const known = request.headers.authorization === `Bearer ${accepted}`;
    response.writeHead(known ? 200 : 401, {"content-type": "application/json"});
    response.end(JSON.stringify(known ? {maxFiles: 25} : {status: 401, detail: "Please sign in."}));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  api = `http://127.0.0.1:${address.port}/`;
});
after(() => server.close());

test("a refused token is refreshed once, and the call repeated", async () => {
  sent = [];
  const tokens = ["first", "second"];
  /** @type {boolean[]} */
  const asked = [];
  const headers = async (/** @type {boolean} */ refused) => {
    asked.push(refused);
    return {authorization: `Bearer ${tokens.shift()}`};
  };
  assert.equal((await limits({api, headers})).maxFiles, 25);
  assert.deepEqual(asked, [false, true]);
  assert.deepEqual(sent, ["Bearer first", "Bearer second"]);
});

test("a second refusal ends the call with the service's sentence", async () => {
  sent = [];
  await assert.rejects(limits({api, headers: () => ({authorization: "Bearer x"})}), {code: "refused", message: "Please sign in."});
  assert.equal(sent.length, 2);
});

test("without headers there is nothing to refresh", async () => {
  sent = [];
  await assert.rejects(limits({api}), {code: "refused"});
  assert.deepEqual(sent, [undefined]);
});

test("the reason why there is no token is the caller's own", async () => {
  const left = new Error("the visitor closed the sign-in window");
  await assert.rejects(limits({api, headers: () => Promise.reject(left)}), (reason) => reason === left);
});

test("a key does not follow a redirect to another host", async (t) => {
  sent = [];
  const elsewhere = createServer((_, response) => response.writeHead(307, {location: `${api}limits`}).end());
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", () => resolve(null)));
  t.after(() => elsewhere.close());
  const {port} = /** @type {import("node:net").AddressInfo} */ (elsewhere.address());
  const headers = () => ({"x-api-key": "k", authorization: "Bearer second"});
  await assert.rejects(limits({api: `http://127.0.0.1:${port}/`, headers}), {code: "network"});
  assert.deepEqual(sent, []);
});
