/** The edge function that chooses a thumbnail's format by the Accept header: stacks/delivery.yaml, ChosenFormat. */

import assert from "node:assert/strict";
import {readFile} from "node:fs/promises";
import {test} from "node:test";

const template = await readFile(new URL("../../stacks/delivery.yaml", import.meta.url), "utf8");
const [, code] = /^ {2}ChosenFormat:\n[^]*?FunctionCode: \|\n((?: {8}.*\n|\n)+)/m.exec(template) ?? [];
/** @type {(event: object) => any} */
const handler = new Function(`${code}; return handler;`)();

const STEM = `/${"3f".repeat(16)}/${"a0".repeat(8)}/small`;

/** The extension that a header gets. @param {string | undefined} accept @param {string} extensions */
function chosen(accept, extensions = "avif.webp.jpg") {
  const {uri} = handler({request: {uri: `/t${STEM}.${extensions}`, headers: accept === undefined ? {} : {accept: {value: accept}}}});
  assert.ok(uri.startsWith(`${STEM}.`));
  return uri.slice(STEM.length + 1);
}

const HEADERS = {
  "Chrome": ["image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "avif"],
  "Firefox": ["image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", "avif"],
  "Safari 14, without AVIF": ["image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5", "webp"],
  "Safari 13, without WebP": ["image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5", "jpg"],
  "curl": ["*/*", "jpg"],
  "AVIF refused": ["image/avif;q=0,image/webp", "webp"],
  "weights": ["image/avif; q=0.5, IMAGE/WEBP;Q=0.9, */*;q=0.1", "webp"],
  "a weight below that of everything else": ["image/webp;q=0.2,*/*;q=0.8", "jpg"],
  "malformed": [";;,=,image/avif;q=high,image/webp;q=2,\u0000", "jpg"],
  "everything refused": ["image/avif;q=0,image/webp;q=0,*/*;q=0", "jpg"],
  "empty": ["", "jpg"],
  "absent": [undefined, "jpg"],
  "names of other things": ["__proto__,constructor,toString;q=1", "jpg"],
  "100 KB": [`${"x/y,".repeat(25_000)}image/avif`, "jpg"],
};

for (const [who, [accept, expected]] of Object.entries(HEADERS)) {
  test(`Accept of ${who} gets ${expected}`, () => assert.equal(chosen(accept), expected));
}

test("a range that is cut off does not count: its weight may be missing", () => {
  const refused = "image/avif;q=0,image/webp";
  for (let before = 960; before < 1000; before++) assert.notEqual(chosen(`${"x".repeat(before)},${refused}`), "avif");
});

test("among formats accepted alike, the order of the address decides", () => {
  const [accept] = HEADERS.Chrome;
  assert.deepEqual(["avif.webp.jpg", "webp.avif.jpg", "jpg.webp", "webp.jpg"].map((each) => chosen(accept, each)), ["avif", "webp", "jpg", "webp"]);
});

test("an address of one format gets it, whatever is accepted", () => {
  for (const extension of ["avif", "webp", "jpg"]) {
    for (const accept of ["image/png", "*/*", undefined]) assert.equal(chosen(accept, extension), extension);
  }
});

test("several headers count as one", () => {
  const accept = {value: "text/html", multiValue: [{value: "text/html"}, {value: "image/webp"}]};
  assert.equal(handler({request: {uri: `/t${STEM}.avif.webp.jpg`, headers: {accept}}}).uri, `${STEM}.webp`);
});

test("other addresses lead nowhere", () => {
  for (const end of ["", ".", ".png", ".avif.png", ".avif.webp.jpg.avif", ".avif..webp", "/manifest.json", ".avif?x"]) {
    assert.equal(handler({request: {uri: `/t${STEM}${end}`, headers: {}}}).statusCode, 404, end);
  }
  assert.equal(handler({request: {uri: `/t/${"3f".repeat(16)}/manifest.json`, headers: {}}}).statusCode, 404);
});
