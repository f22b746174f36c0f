import assert from "node:assert/strict";
import {test} from "node:test";

import {named} from "../../frontend/download.js";
import {Pace} from "../../frontend/pace.js";
import {expiry, imageTag} from "../../frontend/snippet.js";
import {bytes, bytesOf, left, saved, sizeList, some} from "../../frontend/words.js";

test("bytes are said in decimal units, as the limits are", () => {
  assert.deepEqual([0, 999, 1000, 24_400, 999_499, 999_500, 2_345_678, 20_000_000, 123_456_789].map(bytes), [
    ...["0 bytes", "999 bytes", "1 KB", "24 KB", "999 KB", "1 MB", "2.3 MB", "20 MB", "123 MB"],
  ]);
});

test("a part is said in the unit of the whole", () => {
  assert.equal(bytesOf(0, 2_345_678), "0.0 of 2.3 MB");
  assert.equal(bytesOf(1_000_000, 2_345_678), "1.0 of 2.3 MB");
  assert.equal(bytesOf(400, 24_000), "0 of 24 KB");
  assert.equal(bytesOf(36_000_000, 120_000_000), "36 of 120 MB");
});

test("time left is said as exactly as it is known", () => {
  assert.deepEqual([null, 0.2, 8.1, 59.9, 89, 150, 5300, 9000].map(left), [
    ...["", "1 s left", "9 s left", "60 s left", "about 1 min left", "about 3 min left", "about 88 min left", "about 3 h left"],
  ]);
});

test("what was saved is only said when something was", () => {
  assert.equal(saved(24_000, 2_400_000), "99 % smaller");
  assert.equal(saved(1, 2_400_000), "99 % smaller");
  assert.equal(saved(700, 1000), "30 % smaller");
  assert.equal(saved(1200, 1000), "");
});

test("counts and sizes read like a sentence", () => {
  assert.deepEqual([some(1, "file"), some(2, "file")], ["1 file", "2 files"]);
  const [small, large, card] = [{width: 160, height: 160, crop: false}, {width: 640, height: 640, crop: false}, {width: 400, height: 300, crop: true}];
  assert.equal(sizeList([small]), "160 pixels");
  assert.equal(sizeList([small, large, card]), "160, 640 and 400 × 300 pixels");
});

test("time left follows from the last ten seconds, and from nothing when a try starts again", () => {
  const clock = {now: 0};
  const pace = new Pace(() => clock.now);
  for (const [now, sent] of [[0, 0], [1000, 100_000]]) {
    clock.now = now;
    pace.note(sent);
  }
  assert.equal(pace.left(1_000_000), null); // too early to say
  clock.now = 2000;
  pace.note(200_000);
  assert.equal(pace.left(1_000_000), 10);
  for (clock.now = 3000; clock.now <= 20_000; clock.now += 1000) pace.note(200_000 + (clock.now - 2000) * 10); // ten times slower
  assert.equal(pace.left(1_000_000), 100);
  pace.note(0);
  assert.equal(pace.left(1_000_000), null);
});

const thumbnail = (size, width, height) => ({size, width, height, url: `https://x/${size}.webp?a=1&b="2"`, key: `1f/${size}.webp`});

test("the ready tag offers the thumbnails of one shape, and is safe to paste", () => {
  const html = imageTag([thumbnail("small", 160, 107), thumbnail("large", 640, 427), thumbnail("card", 300, 300)]);
  assert.match(html, /^<img src="https:\/\/x\/large\.webp\?a=1&amp;b=&quot;2&quot;"/);
  assert.deepEqual([...html.matchAll(/ (\d+)w/g)].map(([, width]) => width), ["160", "640"]);
  assert.match(html, /width="640" height="427" alt=""/);
});

test("a small original, of which all thumbnails are equal, gives one source", () => {
  assert.equal(imageTag([thumbnail("small", 90, 60), thumbnail("large", 90, 60)]).match(/ 90w/g).length, 1);
});

test("a signed address says when it ends, another works for ever", () => {
  const signed = "https://b.s3.amazonaws.com/1f/small.webp?X-Amz-Date=20261120T235930Z&X-Amz-Expires=3600&X-Amz-Signature=0";
  assert.equal(expiry(signed).toISOString(), "2026-11-21T00:59:30.000Z");
  assert.equal(expiry("https://d1.cloudfront.net/t/1f/small.webp"), null);
});

test("no two downloaded thumbnails have the same name", () => {
  const upload = (name) => ({name, manifest: {thumbnails: [thumbnail("small", 1, 1)]}});
  assert.deepEqual(named([upload("a.b.jpg"), upload("A.B.png"), upload("c")]).map(({name}) => name), [
    ...["a.b-small.webp", "A.B-small-2.webp", "c-small.webp"],
  ]);
});
