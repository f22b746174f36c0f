import assert from "node:assert/strict";
import {createServer} from "node:http";
import {test} from "node:test";

import {flush, forget, keep, kept, willBeForgotten} from "../../frontend/session.js";
import {Problem} from "../../frontend/problem.js";
import {Signatures} from "../../frontend/signatures.js";
import {mayRetry, needsFile} from "../../frontend/transfer.js";
import {claim, limits, send} from "../../frontend/upload.js";
import {Uploads} from "../../frontend/uploads.js";
import {storage} from "./storage.mjs";

const JOB = "1f";
const DONE = {job: JOB, status: "done", reason: null, original: null, thumbnails: [], placeholder: null};
const KEPT = {name: "photo.jpg", size: 1000, type: "image/jpeg", lastModified: 1, job: JOB};
const LIMITS = {maxFiles: 25, maxUploadBytes: 20e6, types: {"image/jpeg": [".jpg"]}};

/** Lets each request be answered by the next function, the last one again and again. */
async function serve(t, answers) {
  const server = createServer((request, response) => (answers.length > 1 ? answers.shift() : answers[0])(response, request));
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://localhost:${server.address().port}/`);
}

const json = (status, content) => (response) => response.writeHead(status).end(JSON.stringify(content));
const cut = (response) => {
  response.writeHead(200, {"content-length": "1000"}).write("{");
  setTimeout(() => response.destroy(), 20);
};
const silent = () => {};

/** What becomes of an upload that a reload interrupted. */
function resumed(api, kept) {
  const stages = [];
  globalThis.sessionStorage = storage();
  const uploads = new Uploads({api, limits: Promise.resolve(LIMITS), onChange: ({stage}) => stages.push(stage)});
  uploads.resume([[1, kept]]);
  const [upload] = uploads.list;
  const reached = async (stage) => {
    while (upload.stage !== stage) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return {uploads, upload, stages, reached};
}

test("an upload begun before a reload is kept until the service responds", {timeout: 180_000}, async (t) => {
  const api = await serve(t, [json(429, {}), cut, json(200, DONE)]);
  const {stages, reached} = resumed(api, KEPT);
  await reached("again");
  flush();
  assert.equal(kept()[0][1].job, JOB);
  await reached("done");
  assert.deepEqual(stages, ["waiting", "again", "again", "done"]);
});

test("an upload that had not arrived before a reload is interrupted", async (t) => {
  const api = await serve(t, [json(404, {})]);
  const {reached} = resumed(api, KEPT);
  await reached("interrupted");
});

test("an upload that the service has forgotten continues with its file", async (t) => {
  const api = await serve(t, [json(404, {}), silent]);
  const {uploads, upload, reached} = resumed(api, {...KEPT, arrived: true});
  await reached("stopped");
  assert.deepEqual([upload.problem.code, needsFile(upload)], ["unknown", true]);
  await uploads.retryAll();
  assert.equal(upload.stage, "stopped", "without its file it cannot be sent");
  flush();
  assert.equal(kept()[0][1].arrived, true);
  const {resumed: again} = await uploads.add([{...KEPT, type: ""}]);
  assert.deepEqual(again, [upload]);
  upload.cancel();
});

test("thumbnails that the service has forgotten do not count as done", async (t) => {
  const api = await serve(t, [json(503, {}), json(404, {}), json(410, {})]);
  const made = {thumbnails: 3, bytes: 1000, width: 40, height: 30};
  for (const [code, retryable] of [["unknown", true], ["erased", false]]) {
    const {uploads, upload} = resumed(api, {...KEPT, made});
    assert.equal(upload.stage, "done");
    if (code === "unknown") await assert.rejects(uploads.refresh(upload), {code: "busy"});
    assert.equal(upload.stage, "done", "an outage takes nothing away");
    await assert.rejects(uploads.refresh(upload), {code});
    assert.deepEqual([upload.stage, upload.made, upload.problem.code], ["stopped", null, code]);
    assert.deepEqual([mayRetry(upload), needsFile(upload)], [retryable, retryable]);
  }
});

test("a list that is cleared stays empty, although files are still added", async () => {
  globalThis.sessionStorage = storage();
  const uploads = new Uploads({api: "http://localhost/", limits: new Promise(silent), onChange: silent});
  const photo = (name) => new File([name], name, {lastModified: 1});
  await Promise.all([
    uploads.add((function* () {
      yield photo("1.jpg");
      uploads.clear();
      yield photo("2.jpg");
    })()),
    uploads.add([photo("3.jpg")]),
  ]);
  assert.equal(uploads.list.size, 0);
  assert.equal((await uploads.add([photo("4.jpg")])).added.length, 1);
  await uploads.clear();

  for (const id of [701, 702]) keep(id, {...KEPT, job: undefined});
  flush();
  const before = kept();
  const [first, second] = before;
  before[Symbol.iterator] = function* () {
    yield first;
    uploads.clear();
    yield second;
  };
  await uploads.resume(before);
  flush();
  assert.deepEqual([uploads.list.size, kept()], [0, []]);
});

test("a file chosen again meanwhile is sent if the service does not know it", {timeout: 180_000}, async (t) => {
  const late = (response) => setTimeout(() => json(404, {})(response), 200);
  const api = await serve(t, [late, silent]);
  const {uploads, upload, reached} = resumed(api, KEPT);
  const {known} = await uploads.add([{...KEPT, type: ""}]);
  assert.deepEqual(known, [upload]);
  await reached("signing");
  upload.cancel();
});

test("a cancelled upload ends at once, whatever the service still does", {timeout: 180_000}, async (t) => {
  const api = await serve(t, [silent]);
  for (const kept of [KEPT]) {
    const {upload, reached} = resumed(api, kept);
    await new Promise((resolve) => setTimeout(resolve, 100));
    upload.cancel();
    await reached("cancelled");
  }
  const signatures = new Signatures({sign: () => new Promise(silent), batch: 25});
  const cancelled = AbortSignal.timeout(50);
  await assert.rejects(send({name: "photo.jpg"}, {signatures, isThere: silent, signal: cancelled}), {name: "TimeoutError"});
});

test("a truncated or foreign response counts as a lost connection", async (t) => {
  const api = await serve(t, [cut, (response) => response.end("<title>Welcome to our hotel</title>")]);
  for (let time = 0; time < 2; time += 1) {
    await assert.rejects(limits({api}), (problem) => problem instanceof Problem && problem.code === "network" && problem.passing);
  }
});

test("another script's entry under our name is not an upload", (t) => {
  t.after(() => delete globalThis.sessionStorage);
  const left = {"uploads 1": "null", "uploads 2": '{"a": 1}', "uploads 3": "not JSON", uploads: "[]", "uploads 4": "7"};
  const ours = {"uploads 0": JSON.stringify({10: KEPT, 9: KEPT, x: KEPT, 8: {}})};
  globalThis.sessionStorage = Object.assign(storage(), left, ours);
  assert.deepEqual(kept(), [[9, KEPT], [10, KEPT]]);
});

test("many changes are written together, and not the whole list", (t) => {
  t.after(() => delete globalThis.sessionStorage);
  globalThis.sessionStorage = storage();
  flush(); // what other tests have left
  let writes = 0;
  const {setItem} = sessionStorage;
  Object.defineProperty(sessionStorage, "setItem", {value: (...entry) => (writes += 1) && setItem(...entry), configurable: true});
  for (let id = 1000; id < 1100; id += 1) keep(id, KEPT);
  flush();
  assert.equal(writes, 4);
  keep(1050, {...KEPT, made: {thumbnails: 3}});
  keep(1050, {...KEPT, made: {thumbnails: 3}});
  flush();
  assert.equal(writes, 5);
  for (let id = 1000; id < 1100; id += 1) forget(id);
  flush();
  assert.deepEqual(Object.keys(sessionStorage).filter((key) => key.startsWith("uploads 4")), []);
});

test("a full storage reports how many uploads a reload would lose", (t) => {
  t.after(() => delete globalThis.sessionStorage);
  globalThis.sessionStorage = storage({room: 1000});
  for (let id = 2000; id < 2020; id += 1) keep(id, KEPT);
  flush();
  const fit = kept().length;
  assert.ok(fit > 0 && fit < 20);
  assert.equal(willBeForgotten(), 20 - fit);
  for (let id = 2000; id < 2020; id += 1) forget(id);
  flush();
  assert.equal(willBeForgotten(), 0);
});

test("a claim waits for the conversion", async (t) => {
  const asked = [];
  const answer = (status, headers = {}) => (response, request) => {
    asked.push(`${request.method} ${request.url} ${request.headers["x-api-key"]}`);
    response.writeHead(status, headers);
    response.end();
  };
  const api = await serve(t, [answer(409, {"retry-after": "0"}), answer(503), answer(204), answer(404)]);
  const access = {api, headers: () => ({"x-api-key": "key"})};
  await claim(JOB, access);
  assert.deepEqual(asked, Array(3).fill(`POST /uploads/${JOB}/claim key`));
  await assert.rejects(claim(JOB, access), {code: "unknown"});
});
