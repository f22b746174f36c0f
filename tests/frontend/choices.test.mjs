import assert from "node:assert/strict";
import {createServer} from "node:http";
import {test} from "node:test";

import {moved, pointed, removes} from "../../frontend/aim.js";
import {flush, kept} from "../../frontend/session.js";
import {upload} from "../../frontend/upload.js";
import {Uploads} from "../../frontend/uploads.js";
import {storage} from "./storage.mjs";

const LIMITS = {maxFiles: 25, maxUploadBytes: 20e6, types: {"image/jpeg": [".jpg"]}};

/** A service that signs nothing; what it was asked to sign. */
async function serve(t) {
  const asked = [];
  const server = createServer(async (request, response) => {
    if (request.url === "/limits") return response.end(JSON.stringify(LIMITS));
    asked.push(...JSON.parse((await request.toArray()).join("")).files);
    response.writeHead(422).end(JSON.stringify({errors: [{file: 0, code: "invalid", detail: "No."}]}));
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  t.after(() => server.close());
  return {asked, api: `http://localhost:${server.address().port}/`};
}

const photo = (name) => new File([Uint8Array.of(0xff, 0xd8, 0xff), name], name, {type: "image/jpeg", lastModified: 1});
const chosen = ({name, profile, focus}) => ({name, profile, focus});
const until = async (condition) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

test("a page of another site chooses a set of sizes and a point", async (t) => {
  const {asked, api} = await serve(t);
  await assert.rejects(upload(photo("me.jpg"), {api, profile: "avatar", focus: [0.5, 0.2]}), {code: "invalid"});
  await assert.rejects(upload(photo("cat.jpg"), {api}), {code: "invalid"});
  assert.deepEqual(asked.map(chosen), [{name: "me.jpg", profile: "avatar", focus: [0.5, 0.2]}, {name: "cat.jpg", profile: undefined, focus: undefined}]);
  assert.ok(!("profile" in asked[1]) && !("focus" in asked[1]));
});

test("a file waits for its point, and keeps its choices after a reload", {timeout: 60_000}, async (t) => {
  t.after(() => delete globalThis.sessionStorage);
  globalThis.sessionStorage = storage();
  const {asked, api} = await serve(t);
  const begin = () => new Uploads({api, limits: Promise.resolve(LIMITS), onChange: () => {}});
  const uploads = begin();
  let release;
  const choose = (upload) => {
    upload.choice ??= {profile: "avatar"};
    if (upload.name === "me.jpg") upload.hold = new Promise((resolve) => (release = resolve));
  };
  const {added: [me, cat]} = await uploads.add([photo("me.jpg"), photo("cat.jpg")], choose);
  await until(() => cat.stage === "stopped");
  assert.deepEqual([me.stage, asked.map(chosen)], ["waiting", [{name: "cat.jpg", profile: "avatar", focus: undefined}]]);
  me.cancel();
  await until(() => me.stage === "cancelled");
  me.retry();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual([me.stage, asked.length], ["waiting", 1]);
  flush();
  const before = kept().filter(([, {name}]) => name === "me.jpg");
  assert.deepEqual(before.map(([, {choice}]) => choice), [{profile: "avatar"}]);
  me.choice = {...me.choice, focus: [0.25, 0.75]};
  release();
  await until(() => me.stage === "stopped");
  assert.deepEqual(chosen(asked[1]), {name: "me.jpg", profile: "avatar", focus: [0.25, 0.75]});

  const after = begin();
  await after.resume(before);
  const {resumed: [again]} = await after.add([photo("me.jpg")], (upload) => (upload.choice ??= {profile: "post"}));
  await until(() => again.stage === "stopped");
  assert.deepEqual(chosen(asked[2]), {name: "me.jpg", profile: "avatar", focus: undefined});
});

test("arrow keys move the point, and other keys stay the browser's", () => {
  assert.deepEqual(moved(null, {key: "ArrowRight"}), [0.55, 0.5]);
  assert.deepEqual(moved([0.55, 0.5], {key: "ArrowUp", shiftKey: true}), [0.55, 0.49]);
  assert.deepEqual(moved([0.02, 0.98], {key: "ArrowLeft"}), [0, 0.98]);
  assert.deepEqual(moved([0.02, 0.98], {key: "ArrowDown"}), [0.02, 1]);
  for (const pressed of [{key: "Tab"}, {key: "toString"}, {key: "ArrowLeft", altKey: true}, {key: "ArrowLeft", metaKey: true}]) assert.equal(moved([0.5, 0.5], pressed), null);
});

test("only Delete, Backspace and Escape take the point back, alone", () => {
  for (const key of ["Delete", "Backspace", "Escape"]) assert.deepEqual([{key}, {key, ctrlKey: true}, {key, altKey: true}, {key, metaKey: true}].map(removes), [true, false, false, false]);
  assert.equal(removes({key: "ArrowLeft"}), false);
});

test("a pointer sets the point as a share of the picture", () => {
  const box = {left: 100, top: 50, width: 300, height: 200};
  assert.deepEqual(pointed(box, {clientX: 175, clientY: 200}), [0.25, 0.75]);
  assert.deepEqual(pointed(box, {clientX: 99.6, clientY: 250.4}), [0, 1]);
  assert.deepEqual(pointed(box, {clientX: 200, clientY: 50}), [0.3333, 0]);
});
