import assert from "node:assert/strict";
import {createServer} from "node:http";
import {test} from "node:test";

import {result, schedule} from "../../frontend/result.js";
import {backoff} from "../../frontend/waiting.js";

/** The first twenty waits. */
function waits(options) {
  const all = schedule(options);
  return Array.from({length: 20}, () => all.next().value);
}

test("the first poll comes when the result is expected", () => {
  assert.equal(waits({expected: 1234})[0], 1234);
});

test("polls become rarer, up to ten seconds apart", () => {
  const seen = waits({expected: 0, random: () => 0.5}).slice(1);
  assert.ok(seen.every((wait, index) => index === 0 || wait >= seen[index - 1]));
  assert.equal(seen[0], 500);
  assert.equal(seen.at(-1), 10_000);
});

test("after a long wait the next poll is not at once", () => {
  assert.equal(waits({expected: 0, waited: 8_000, random: () => 0.5})[1], 2_000);
  assert.equal(waits({expected: 0, waited: 600, random: () => 0.5})[1], 500);
});

test("files uploaded together are not polled together", () => {
  const [early, late] = [0, 0.999].map((random) => waits({random: () => random})[5]);
  assert.ok(late / early > 1.4 && late / early < 1.6);
});

test("each retry waits twice as long, and as long as the server requests", () => {
  assert.deepEqual([1, 2, 3].map((attempt) => backoff(attempt, 0, () => 0)), [1000, 2000, 4000]);
  assert.equal(backoff(3, 0, () => 1), 2000);
  assert.equal(backoff(20, 0, () => 0), 30_000);
  assert.equal(backoff(1, 30, () => 0), 30_000);
  assert.equal(backoff(1, 30, () => 1), 33_000); // later, never earlier
  assert.equal(backoff(1, 86_400, () => 0), 600_000);
});

/** Answers each address with its answers in order, the last one again and again. */
async function serve(t, answers) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    const [status, body] = answers[request.url].length > 1 ? answers[request.url].shift() : answers[request.url][0];
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body ?? null));
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  t.after(() => server.close());
  const api = `http://localhost:${server.address().port}/`;
  return {asked, api, signed: {job: "1f", result: `${api}1f/manifest.json`}};
}

const DONE = {job: "1f", status: "done", thumbnails: []};
const EXPIRED = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";

test("S3 is polled until the manifest exists, the API never", async (t) => {
  const {asked, api, signed} = await serve(t, {"/1f/manifest.json": [[404, ""], [403, "<Error><Code>AccessDenied</Code></Error>"], [200, DONE]]});
  assert.deepEqual(await result(signed, {api, expected: 0}), DONE);
  assert.deepEqual(asked, Array(3).fill("/1f/manifest.json"));
});

test("S3 is polled when the result is expected, also if that changes", async (t) => {
  const {asked, api, signed} = await serve(t, {"/1f/manifest.json": [[200, DONE]]});
  const expectations = [300, 60_000, 60_000];
  const seen = [];
  const expected = () => {
    seen.push(asked.length);
    return expectations.shift() ?? 0;
  };
  assert.deepEqual(await result(signed, {api, expected}), DONE);
  assert.deepEqual(seen, [0, 0, 0, 0]);
  assert.equal(asked.length, 1);
});

test("if the signed address has expired, the API is called instead", async (t) => {
  const {asked, api, signed} = await serve(t, {
    "/1f/manifest.json": [[403, EXPIRED]],
    "/uploads/1f": [[202, {job: "1f", status: "processing"}], [503, ""], [200, DONE]],
  });
  assert.deepEqual(await result(signed, {api, expected: 0}), DONE);
  assert.deepEqual(asked, ["/1f/manifest.json", ...Array(3).fill("/uploads/1f")]);
});

test("a rejected picture is a problem with the manifest's own words", async (t) => {
  const reason = {code: "damaged", message: "The picture is damaged.", retryable: false};
  const {api, signed} = await serve(t, {"/1f/manifest.json": [[200, {...DONE, status: "rejected", reason}]]});
  await assert.rejects(result(signed, {api, expected: 0}), {code: "damaged", message: "The picture is damaged.", retryable: false});
});

test("a failed conversion may be tried again", async (t) => {
  const reason = {code: "conversion_failed", message: "Something went wrong on our side.", retryable: true};
  const {api, signed} = await serve(t, {"/1f/manifest.json": [[200, {...DONE, status: "failed", reason}]]});
  await assert.rejects(result(signed, {api, expected: 0}), {code: "conversion_failed", retryable: true});
});

test("an upload that the service does not know is reported as unknown", async (t) => {
  const {api} = await serve(t, {"/uploads/1f": [[404, {status: 404}]]});
  await assert.rejects(result({job: "1f", result: null}, {api, expected: 0}), {code: "unknown"});
});

test("waiting ends at the deadline, with a sentence that mentions no failure", async (t) => {
  const {api, signed} = await serve(t, {"/1f/manifest.json": [[404, ""]]});
  await assert.rejects(result(signed, {api, expected: 0, deadline: 600}), {code: "no_result", retryable: true, message: /may still be converted/});
});

test("polls without a response do not count, so an outage ends no wait", {timeout: 180_000}, async (t) => {
  const {api, signed} = await serve(t, {"/1f/manifest.json": [...Array(4).fill([503, ""]), [200, DONE]]});
  assert.deepEqual(await result(signed, {api, expected: 0, deadline: 600}), DONE);
});

test("an outage is told once, and its end", async (t) => {
  const manifest = [[503, ""], [404, ""], [503, ""], [503, ""], [503, ""], [200, DONE]];
  const {asked, api, signed} = await serve(t, {"/1f/manifest.json": manifest});
  t.mock.method(Math, "random", () => 0);
  const told = [];
  assert.deepEqual(await result(signed, {api, expected: 0, onReach: (problem) => told.push([asked.length, problem?.code])}), DONE);
  assert.deepEqual(told, [[4, "busy"], [6, undefined]], "one poll that fails is no outage");
});

test("an address that does not respond is given up, and the API is called", async (t) => {
  const {asked, api} = await serve(t, {"/uploads/1f": [[404, {status: 404}]]});
  const gone = createServer((request) => request.socket.destroy());
  await new Promise((resolve) => gone.listen(0, "localhost", resolve));
  t.after(() => gone.close());
  const address = `http://localhost:${gone.address().port}/1f/manifest.json`;
  await assert.rejects(result({job: "1f", result: address}, {api, expected: 0}), {code: "unknown", retryable: true});
  assert.deepEqual(asked, ["/uploads/1f"]);
});

test("an aborted wait ends at once", async (t) => {
  const {asked, api, signed} = await serve(t, {"/1f/manifest.json": [[404, ""]]});
  await assert.rejects(result(signed, {api, expected: 60_000, signal: AbortSignal.timeout(50)}), {name: "TimeoutError"});
  assert.deepEqual(asked, []);
});
