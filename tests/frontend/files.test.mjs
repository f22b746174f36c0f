import assert from "node:assert/strict";
import {test} from "node:test";

import {check, contentType, look} from "../../frontend/check.js";

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

test("a type that browser and service know is sent unchanged", () => {
  assert.equal(contentType(file({type: "image/JPG"}), limits), "image/jpg");
});

test("a type unknown to the browser comes from the extension, in any case", () => {
  assert.equal(contentType(file({name: "IMG_2041.HEIC", type: ""}), limits), "image/heic");
  assert.equal(contentType(file({name: "scan.jpeg", type: "application/octet-stream"}), limits), "image/jpeg");
});

test("neither a known type nor a known extension is no type", () => {
  assert.equal(contentType(file({name: "letter.docx", type: ""}), limits), null);
  assert.equal(contentType(file({name: "jpg", type: ""}), limits), null);
  assert.equal(contentType(file({name: "letter", type: "constructor"}), limits), null);
});

test("a type with a blank or a parameter is still that type", () => {
  assert.equal(contentType(file({type: "image/jpeg "}), limits), "image/jpeg");
  assert.equal(contentType(file({type: "image/jpeg; charset=binary"}), limits), "image/jpeg");
});

test("without a known type and extension the first bytes decide", async () => {
  const jpegBytes = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16);
  const heic = Uint8Array.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", (character) => character.charCodeAt(0));
  const cases = [
    ["image:1641", "", jpegBytes, "image/jpeg"],
    ["image:1641", "application/octet-stream", jpegBytes, "image/jpeg"],
    ["export", "image/pjpeg", jpegBytes, "image/jpeg"],
    ["export", "image/*", heic, "image/heic"],
    ["letter", "", new TextEncoder().encode("Dear Sir"), null],
    ["letter", "", new Uint8Array(0), null],
    ["picture", "", Uint8Array.from("GIF89a", (character) => character.charCodeAt(0)), null], // the service does not take it
  ];
  for (const [name, type, bytes, expected] of cases) {
    const chosen = new File([bytes], name, {type});
    await look(chosen, limits);
    assert.equal(contentType(chosen, limits), expected, `${name} ${type}`);
  }
});

test("a good file has no problem, up to the last byte that is allowed", () => {
  assert.equal(check(file({size: 20_000_000}), limits), null);
});

test("a wrong file gets a sentence, and no retry of the same file is offered", () => {
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
