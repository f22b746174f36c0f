import assert from "node:assert/strict";
import {createServer} from "node:http";
import {test} from "node:test";

import {Problem} from "../../frontend/problem.js";
import {Signatures} from "../../frontend/signatures.js";
import {sign} from "../../frontend/upload.js";

const MINUTE = 60_000;
const named = (name) => ({name, type: "image/jpeg", size: 1000});

/** A signer that notes its calls, on a clock of its own. */
function signer({lifetime = 5 * MINUTE, batch = 25} = {}) {
  const calls = [];
  const clock = {now: 0};
  const signatures = new Signatures({
    sign: async (files) => {
      calls.push(files.map(({name}) => name));
      return files.map(({name}) => ({job: `${name} ${calls.length}`, lifetime}));
    },
    batch,
    now: () => clock.now,
  });
  return {signatures, calls, clock};
}

test("files that wait together are signed together, up to a call's limit", async () => {
  const {signatures, calls} = signer({batch: 3});
  const files = ["a", "b", "c", "d", "e"].map(named);
  files.forEach((file) => signatures.expect(file));
  const jobs = [];
  for (const file of files) jobs.push((await signatures.take(file)).job);
  assert.deepEqual(calls, [["a", "b", "c"], ["d", "e"]]);
  assert.deepEqual(jobs, ["a 1", "b 1", "c 1", "d 2", "e 2"]);
});

test("large files wait for another call, because each is read first", async () => {
  const {signatures, calls} = signer();
  const files = ["a", "b", "c"].map((name) => ({...named(name), size: 15_000_000}));
  files.forEach((file) => signatures.expect(file));
  for (const file of files) await signatures.take(file);
  assert.deepEqual(calls, [["a", "b"], ["c"]]);
});

test("a file that is larger than all that is read first is signed alone", async () => {
  const {signatures, calls} = signer();
  const files = ["a", "b"].map((name) => ({...named(name), size: 100_000_000}));
  files.forEach((file) => signatures.expect(file));
  for (const file of files) await signatures.take(file);
  assert.deepEqual(calls, [["a"], ["b"]]);
});

test("a signature serves a retry, and is replaced 30 seconds before its end", async () => {
  const {signatures, calls, clock} = signer();
  const file = named("a");
  await signatures.take(file);
  clock.now = 4.4 * MINUTE;
  assert.equal((await signatures.take(file)).job, "a 1");
  clock.now = 4.6 * MINUTE;
  assert.equal((await signatures.take(file)).job, "a 2");
  assert.equal(calls.length, 2);
});

test("once S3 is silent for ten seconds, all signatures are replaced", async () => {
  const {signatures, calls, clock} = signer();
  const files = ["a", "b"].map(named);
  files.forEach((file) => signatures.expect(file));
  const note = (second, responded) => {
    clock.now = 1000 * second;
    signatures.note(responded);
  };
  const jobs = async () => [(await signatures.take(files[0])).job, (await signatures.take(files[1])).job];
  await signatures.take(files[0]);
  note(0, false);
  note(8, true);
  note(9, false);
  note(18, false);
  assert.equal((await signatures.take(files[0])).job, "a 1");
  note(19, false);
  assert.deepEqual(await jobs(), ["a 2", "b 2"]);
  note(20, false);
  assert.deepEqual(await jobs(), ["a 2", "b 2"], "the new ones get as long");
  assert.deepEqual(calls, [["a", "b"], ["a", "b"]]);
});

test("with a wrong clock each signature is used once, not requested again", async () => {
  const {signatures, calls} = signer({lifetime: -60 * MINUTE});
  assert.equal((await signatures.take(named("a"))).job, "a 1");
  assert.equal(calls.length, 1);
});

test("with a wrong clock no file of a queue signs those behind it again", async () => {
  const {signatures, calls} = signer({lifetime: -60 * MINUTE});
  const files = ["a", "b", "c"].map(named);
  files.forEach((file) => signatures.expect(file));
  for (const file of files) await signatures.take(file);
  assert.deepEqual(calls, [["a", "b", "c"]]);
});

test("a forgotten file gets a new signature, and is in no batch", async () => {
  const {signatures, calls} = signer();
  const [a, b] = ["a", "b"].map(named);
  [a, b].forEach((file) => signatures.expect(file));
  signatures.forget(b);
  await signatures.take(a);
  signatures.forget(a);
  assert.equal((await signatures.take(a)).job, "a 2");
  assert.deepEqual(calls, [["a"], ["a"]]);
});

test("a call that failed is not remembered", async () => {
  let calls = 0;
  const signatures = new Signatures({
    sign: async (files) => {
      calls += 1;
      if (calls === 1) throw new Problem("busy", "later");
      return files.map(() => ({job: "second", lifetime: MINUTE}));
    },
    batch: 25,
  });
  const file = named("a");
  await assert.rejects(signatures.take(file), {code: "busy"});
  assert.equal((await signatures.take(file)).job, "second");
});

test("a refused file does not delay the others in its call", async (t) => {
  const asked = [];
  const server = createServer(async (request, response) => {
    const {files} = JSON.parse(Buffer.concat(await request.toArray()).toString());
    asked.push(files);
    const bad = files.findIndex(({name}) => name === "bad.jpg");
    response.setHeader("date", "Fri, 20 Nov 2026 12:00:00 GMT");
    if (bad >= 0) {
      response.writeHead(413, {"content-type": "application/problem+json"});
      const error = {file: bad, name: "bad.jpg", pointer: `#/files/${bad}/size`, code: "too_large", detail: "Too large."};
      return response.end(JSON.stringify({status: 413, errors: [error]}));
    }
    response.writeHead(201, {"content-type": "application/json"});
    const uploads = files.map(({name}) => ({job: name, upload: {url: "", fields: {}}, result: "", expires: "2026-11-20T12:05:00Z"}));
    response.end(JSON.stringify({uploads}));
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  t.after(() => server.close());

  const limits = {types: {"image/jpeg": [".jpg"], "image/heic": [".heic"]}};
  const files = [named("one.jpg"), named("bad.jpg"), {name: "two.heic", type: "", size: 5}];
  const [one, bad, two] = await sign(files, {api: `http://localhost:${server.address().port}/`, limits});
  assert.equal(one.job, "one.jpg");
  assert.equal(one.lifetime, 5 * MINUTE);
  assert.deepEqual([bad.code, bad.message], ["too_large", "Too large."]);
  assert.equal(two.job, "two.heic");
  assert.equal(asked.length, 2);
  assert.deepEqual(asked[1][1], {name: "two.heic", type: "image/heic", size: 5});
});
