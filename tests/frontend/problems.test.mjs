import assert from "node:assert/strict";
import {test} from "node:test";

import {problemOf} from "../../frontend/problem.js";
import {storageProblem} from "../../frontend/storage.js";

const xml = (code, message = "", more = "") =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}<RequestId>1</RequestId></Error>`;

test("S3's errors become sentences, each with what can be done next", () => {
  const sentences = [
    [400, xml("EntityTooLarge", "Your proposed upload exceeds…", "<MaxSizeAllowed>20000000</MaxSizeAllowed>"), "too_large", /larger than 20 MB/, false],
    [400, xml("EntityTooSmall"), "empty", /is empty/, false],
    [403, xml("AccessDenied", "Invalid according to Policy: Policy expired."), "expired", /has expired/, true],
    [403, xml("AccessDenied", 'Invalid according to Policy: Policy Condition failed: ["eq", "$Content-Type", "image/png"]'), "type_not_supported", /type/, true],
    [403, xml("AccessDenied", "Access Denied"), "refused", /refused/, true],
    [403, xml("RequestTimeTooSkewed"), "expired", /no longer valid/, true],
    [400, xml("ExpiredToken"), "expired", /no longer valid/, true],
    [400, xml("BadDigest", "The SHA256 you specified did not match the calculated checksum."), "digest_mismatch", /not the one that was announced/, true],
    [503, xml("SlowDown"), "busy", /in a moment/, true],
    [500, "", "busy", /in a moment/, true],
    [400, xml("MalformedPOSTRequest"), "refused", /MalformedPOSTRequest/, true],
    [404, "not XML at all", "refused", /404/, true],
  ];
  for (const [status, body, code, words, retryable] of sentences) {
    const problem = storageProblem(status, body);
    assert.equal(problem.code, code, body);
    assert.match(problem.message, words);
    assert.equal(problem.retryable, retryable, body);
    assert.equal(problem.passing, ["expired", "busy"].includes(code), body);
  }
});

test("the service's finding for each file is kept, the first as the sentence", async () => {
  const errors = [{file: 1, code: "type_not_supported", detail: "This type of file is not accepted."}];
  const problem = await problemOf(Response.json({status: 415, errors}, {status: 415}));
  assert.equal(problem.code, "type_not_supported");
  assert.equal(problem.message, "This type of file is not accepted.");
  assert.deepEqual(problem.errors, errors);
});

test("a throttled call is retried after the time that the service requests", async () => {
  const problem = await problemOf(Response.json({status: 429}, {status: 429, headers: {"retry-after": "7"}}));
  assert.equal(problem.code, "busy");
  assert.equal(problem.retryAfter, 7);
});

test("a response that is not a problem document still gets a sentence", async () => {
  assert.equal((await problemOf(new Response("<html>", {status: 502}))).code, "busy");
  assert.match((await problemOf(new Response("<html>", {status: 403}))).message, /refused the request \(403\)/);
});
