import assert from "node:assert/strict";
import {test} from "node:test";

import {check, contentType} from "../../frontend/check.js";

const limits = {
  maxFiles: 25,
  maxUploadBytes: 20_000_000,
  maxMegapixels: 50,
  types: {"image/jpeg": [".jpg", ".jpeg"], "image/jpg": [".jpg", ".jpeg"], "image/heic": [".heic", ".heif"]},
  accepted: "JPEG or HEIC",
  sizes: [],
  keepOriginalsDays: 1,
};
const file = (facts) => ({name: "photo.jpg", type: "image/jpeg", size: 1000, ...facts});

test("a type that the browser knows and the service takes is sent as it is", () => {
  assert.equal(contentType(file({type: "image/JPG"}), limits), "image/jpg");
});

test("a type that the browser does not know comes from the extension, in any case of letters", () => {
  assert.equal(contentType(file({name: "IMG_2041.HEIC", type: ""}), limits), "image/heic");
  assert.equal(contentType(file({name: "scan.jpeg", type: "application/octet-stream"}), limits), "image/jpeg");
});

test("neither a known type nor a known extension is no type", () => {
  assert.equal(contentType(file({name: "letter.docx", type: ""}), limits), null);
  assert.equal(contentType(file({name: "jpg", type: ""}), limits), null);
  assert.equal(contentType(file({name: "letter", type: "constructor"}), limits), null);
});

test("a good file has no problem, up to the last byte that is allowed", () => {
  assert.equal(check(file({size: 20_000_000}), limits), null);
});

test("what is wrong with a file is said in words, and nobody is asked to try the same again", () => {
  const wrong = {
    type_not_supported: [file({name: "letter.docx", type: "application/msword"}), /Please choose JPEG or HEIC\./],
    empty: [file({size: 0}), /The file is empty/],
    too_large: [file({size: 20_000_001}), /larger than 20 MB/],
  };
  for (const [code, [bad, words]] of Object.entries(wrong)) {
    const problem = check(bad, limits);
    assert.equal(problem.code, code);
    assert.match(problem.message, words);
    assert.equal(problem.retryable, false);
  }
});
