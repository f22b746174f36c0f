import assert from "node:assert/strict";
import {createServer} from "node:http";
import {test} from "node:test";

import {current, isThere, result} from "../../frontend/result.js";
import {erase} from "../../frontend/upload.js";

const GONE = {type: "about:blank", title: "Gone", status: 410, detail: "This upload was erased."};

/** Answers with these, in order. */
async function serve(t, ...answers) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const [status, body, headers = {}] = answers.shift();
    response.writeHead(status, headers).end(body && JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  t.after(() => server.close());
  return {asked, access: {api: `http://localhost:${server.address().port}/`, headers: () => ({authorization: "token"})}};
}

test("an upload is erased by a call that identifies its owner", async (t) => {
  const {asked, access} = await serve(t, [204]);
  assert.equal(await erase("1f", access), undefined);
  assert.deepEqual(asked, ["DELETE /uploads/1f token"]);
});

test("erasing is repeated until it is finished", async (t) => {
  t.mock.timers.enable({apis: ["setTimeout"]});
  const {asked, access} = await serve(t, [503, {status: 503}, {"Retry-After": "5"}], [204]);
  const erased = erase("1f", access);
  while (asked.length < 2) {
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(1000);
  }
  await erased;
});

test("another's upload does not exist", async (t) => {
  const {access} = await serve(t, [404, {status: 404, detail: "There is no such upload."}]);
  await assert.rejects(erase("1f", access), {code: "unknown"});
});

test("an erased upload is a problem of its own, and not one that passes", async (t) => {
  const {access} = await serve(t, [410, GONE], [410, GONE], [200, {job: "1f", status: "erased", reason: null, thumbnails: []}]);
  await assert.rejects(current("1f", access), {code: "erased", message: "This upload was erased.", passing: false});
  await assert.rejects(isThere("1f", access), {code: "erased"});
  await assert.rejects(result({job: "1f", result: `${access.api}1f/manifest.json`}, {...access, expected: 0}), {code: "erased", retryable: false});
});
