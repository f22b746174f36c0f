import assert from "node:assert/strict";
import {createServer} from "node:http";
import {test} from "node:test";

import {kept} from "../../frontend/kept.js";
import {Problem} from "../../frontend/problem.js";
import {Signatures} from "../../frontend/signatures.js";
import {limits, send} from "../../frontend/upload.js";
import {Uploads} from "../../frontend/uploads.js";

const JOB = "1f";
const DONE = {job: JOB, status: "done", reason: null, original: null, thumbnails: [], placeholder: null};
const KEPT = {name: "photo.jpg", size: 1000, type: "image/jpeg", lastModified: 1, job: JOB};

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
  const uploads = new Uploads({api, limits: {maxFiles: 25, types: {"image/jpeg": [".jpg"]}}, onChange: ({stage}) => stages.push(stage)});
  uploads.resume([kept]);
  const [upload] = uploads.list;
  const reached = async (stage) => {
    while (upload.stage !== stage) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return {uploads, upload, stages, reached};
}

test("what was on its way before a reload is asked for until the service can tell, and kept meanwhile", {timeout: 20_000}, async (t) => {
  const api = await serve(t, [json(429, {}), cut, json(200, DONE)]);
  const {uploads, stages, reached} = resumed(api, KEPT);
  await reached("again");
  assert.equal(uploads.toKeep()[0].job, JOB);
  await reached("done");
  assert.deepEqual(stages, ["waiting", "again", "again", "done"]);
});

test("what had not arrived before a reload is interrupted", async (t) => {
  const api = await serve(t, [json(404, {})]);
  const {reached} = resumed(api, KEPT);
  await reached("interrupted");
});

test("a file that is chosen again while the service is asked for it is sent when the service does not know it", {timeout: 5_000}, async (t) => {
  const late = (response) => setTimeout(() => json(404, {})(response), 200);
  const api = await serve(t, [late, silent]);
  const {uploads, upload, reached} = resumed(api, KEPT);
  const {known} = uploads.add([{...KEPT, type: ""}]);
  assert.deepEqual(known, [upload]);
  await reached("signing");
  upload.cancel();
});

test("what is cancelled is over at once, however long the service takes to answer", {timeout: 5_000}, async (t) => {
  const api = await serve(t, [silent]);
  for (const kept of [KEPT, {...KEPT, arrived: true, result: `${api}manifest.json`}]) {
    const {upload, reached} = resumed(api, kept);
    await new Promise((resolve) => setTimeout(resolve, 100));
    upload.cancel();
    await reached("cancelled");
  }
  const signatures = new Signatures({sign: () => new Promise(silent), batch: 25});
  const cancelled = AbortSignal.timeout(50);
  await assert.rejects(send({name: "photo.jpg"}, {signatures, signal: cancelled}), {name: "TimeoutError"});
});

test("an answer that the network cut short, or that is not the service's, counts as a lost connection", async (t) => {
  const api = await serve(t, [cut, (response) => response.end("<title>Welcome to our hotel</title>")]);
  for (let time = 0; time < 2; time += 1) {
    await assert.rejects(limits({api}), (problem) => problem instanceof Problem && problem.code === "network" && problem.passing);
  }
});

test("what something else of the origin left under our name in the storage is no list of uploads", (t) => {
  t.after(() => delete globalThis.sessionStorage);
  for (const [left, found] of [["null", []], ['{"a": 1}', []], ["7", []], ["not JSON", []], ["[]", []], [null, []], [JSON.stringify([KEPT]), [KEPT]]]) {
    globalThis.sessionStorage = {getItem: () => left};
    assert.deepEqual(kept(), found);
  }
});
