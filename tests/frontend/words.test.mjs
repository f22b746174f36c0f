import assert from "node:assert/strict";
import {readFile} from "node:fs/promises";
import {test} from "node:test";

import {named} from "../../frontend/download.js";
import {LANGUAGES as choosing} from "../../frontend/choosing-words.js";
import {words as inEnglish} from "../../frontend/english.js";
import {figures, saved} from "../../frontend/figures.js";
import {words as inGerman} from "../../frontend/german.js";
import {free} from "../../frontend/names.js";
import {LANGUAGES as problems} from "../../frontend/problem-words.js";
import {Speed} from "../../frontend/speed.js";
import {expiry, pictureHtml} from "../../frontend/snippet.js";
import {LANGUAGES as thumbnails} from "../../frontend/thumbnails-words.js";

const languages = {en: figures("en"), de: figures("de")};

test("bytes are in decimal units, written as people write where they live", () => {
  assert.deepEqual([0, 999, 1000, 24_400, 999_499, 999_500, 2_345_678, 20_000_000, 123_456_789].map(languages.en.bytes), [
    ...["0 bytes", "999 bytes", "1 kB", "24 kB", "999 kB", "1 MB", "2.3 MB", "20 MB", "123 MB"],
  ]);
  assert.equal(languages.de.bytes(2_345_678).replace(/\s/, " "), "2,3 MB");
});

test("a part is given in the unit of the whole", () => {
  const {part} = languages.en;
  assert.deepEqual([part(0, 2_345_678), part(1_000_000, 2_345_678), part(400, 24_000), part(36_000_000, 120_000_000)], ["0.0", "1.0", "0", "36"]);
});

test("time left is shown as precisely as it is known", () => {
  assert.deepEqual([0.2, 8.1, 59.9, 89, 150, 5300, 9000].map(languages.en.time), [
    ...["1 sec", "9 sec", "60 sec", "1 min", "3 min", "88 min", "3 hr"],
  ]);
});

test("a saving is only shown if there is one", () => {
  assert.deepEqual([saved(1, 2_400_000), saved(700, 1000), saved(1200, 1000)].map((part) => part && Math.round(part * 100)), [99, 30, null]);
});

test("counts, sizes and names read like a sentence in each language", () => {
  const [english, german] = [inEnglish(languages.en), inGerman(languages.de)];
  assert.deepEqual([english.added(1), english.added(1200)], ["1 file added.", "1,200 files added."]);
  assert.deepEqual([german.added(1), german.added(1200)], ["1 Datei hinzugefügt.", "1.200 Dateien hinzugefügt."]);
  const sizes = [
    {width: 160, height: 160, crop: false},
    {width: 400, height: 300, crop: true},
    {width: 640, height: 480, crop: false, fit: "fit"},
    {width: 1200, height: 1200, crop: false, fit: "pad"},
  ];
  assert.equal(english.offer(sizes.slice(0, 2)), "Pictures in, thumbnails out: 160 and 400\u00a0×\u00a0300 pixels.");
  const terms = {accepted: ["JPEG"], limit: 1e6, megapixels: 50, days: 1};
  assert.match(english.terms(terms), /^JPEG, up to 1 MB and 50 megapixels each\. Location and other hidden data are left out of the thumbnails\. O/);
  assert.match(english.terms({...terms, named: true}), /each\. The author's name and licence stay in the thumbnails; location and other/);
  assert.match(german.offer(sizes.slice(2)), / 640\u00a0×\u00a0480 und 1200\u00a0×\u00a01200 Pixel/);
  assert.match(english.leftOut(["a", "b", "c", "d", "e"]), /a, b, c, and 2 more/);
});

test("facts are side by side, and a time has a leading zero only where usual", () => {
  const made = {thumbnails: 3, bytes: 24_000, saved: 0.94};
  const plain = (/** @type {string} */ text) => text.replaceAll(/\s/g, " ");
  assert.equal(plain(inEnglish(languages.en).done(made)), "3 thumbnails, 24 kB, 94% smaller");
  assert.equal(plain(inGerman(languages.de).done(made)), "3 Vorschaubilder, 24 kB, 94 % kleiner");
  const early = new Date(2026, 10, 26, 4, 0);
  assert.equal(plain(thumbnails.en.until(languages.en.clock(early))), "The addresses work until 4:00 AM.");
  assert.equal(plain(thumbnails.de.until(languages.de.clock(early))), "Die Adressen gelten bis 04:00 Uhr.");
});

test("each reason of service and client has a sentence in each language", async () => {
  const source = await readFile(new URL("../../functions/thumbs/errors.py", import.meta.url), "utf8");
  const codes = [...source.matchAll(/^ {4}[A-Z_]+ = "([a-z_]+)"/gm)].map(([, code]) => code);
  assert.ok(codes.includes("variant_not_supported") && codes.length >= 11);
  const own = ["network", "busy", "expired", "refused", "unreadable", "no_result", "no_thumbnails", "unknown", "erased", "unexpected"];
  for (const sentences of [problems.en(languages.en), problems.de(languages.de)]) {
    assert.deepEqual(Object.keys(sentences).sort(), [...codes, ...own].sort());
    for (const say of Object.values(sentences)) {
      assert.match(say({accepted: ["JPEG", "PNG"], limit: 20e6, megapixels: 50}), /^[A-ZÄÖÜ].*\.$/);
    }
  }
});

test("the sentence for which rows reserve space is the longest one", () => {
  const accepted = ["JPEG", "PNG", "WebP", "GIF", "AVIF", "HEIC", "TIFF", "BMP"];
  const said = (sentences) => Object.values(sentences).map((say) => say({accepted, limit: 100e6, megapixels: 888}));
  const longest = (all) => all.reduce((one, other) => (other.length > one.length ? other : one));
  assert.equal(longest(said(problems.en(languages.en))), inEnglish(languages.en).longest);
  assert.equal(longest(said(problems.de(languages.de))), inGerman(languages.de).longest);
});

test("both languages have the same words", () => {
  assert.deepEqual(Object.keys(inGerman(languages.de)), Object.keys(inEnglish(languages.en)));
  assert.deepEqual(Object.keys(problems.de(languages.de)), Object.keys(problems.en(languages.en)));
  for (const {en, de} of [choosing, thumbnails]) assert.deepEqual(Object.keys(de), Object.keys(en));
});

test("time left follows from the last ten seconds, anew for each attempt", () => {
  const clock = {now: 0};
  const speed = new Speed(() => clock.now);
  for (const [now, sent] of [[0, 0], [1000, 100_000]]) {
    clock.now = now;
    speed.note(sent);
  }
  assert.equal(speed.left(1_000_000), null); // too early to say
  clock.now = 2000;
  speed.note(200_000);
  assert.equal(speed.left(1_000_000), 10);
  for (clock.now = 3000; clock.now <= 20_000; clock.now += 1000) speed.note(200_000 + (clock.now - 2000) * 10); // ten times slower
  assert.equal(speed.left(1_000_000), 100);
  speed.note(0);
  assert.equal(speed.left(1_000_000), null);
});

const thumbnail = (size, width, height) => ({size, width, height, url: `https://x/${size}.webp?a=1&b="2"`, key: `1f/${size}.webp`});

test("the HTML offers the thumbnails of one shape, and is safe to paste", () => {
  const html = pictureHtml([thumbnail("small", 160, 107), thumbnail("large", 640, 427), thumbnail("card", 300, 300)]);
  assert.match(html, /^<img src="https:\/\/x\/large\.webp\?a=1&amp;b=&quot;2&quot;"/);
  assert.deepEqual([...html.matchAll(/ (\d+)w/g)].map(([, width]) => width), ["160", "640"]);
  assert.match(html, /width="640" height="427" alt=""/);
});

const inFormats = ["avif", "webp", "jpeg"].flatMap((format) =>
  [["small", 160, 107], ["large", 640, 427], ["card", 300, 300]].map(([size, width, height]) => ({
    ...thumbnail(size, width, height),
    type: `image/${format}`,
    url: `https://x/${size}.${format}?a=1&b="2"`,
  })),
);
const opaque = {thumbhash: "HdgFFYRshpiQhmmnloiId2VevwFd", color: "#6f898d"};

test("several formats make a picture with a source for all but one", () => {
  const html = pictureHtml(inFormats, opaque);
  assert.match(html, /^<picture>\n {2}<source type="image\/avif"[^]*<source type="image\/webp"[^]*<img src="https:\/\/x\/large\.jpeg[^]*<\/picture>$/);
  assert.deepEqual([...html.matchAll(/\/(\w+)\.(\w+)\?\S+ (\d+)w/g)].map(([, ...found]) => found.join(" ")), [
    ...["small avif 160", "large avif 640", "small webp 160", "large webp 640", "small jpeg 160", "large jpeg 640"],
  ]);
  assert.match(html, /width="640" height="427" alt="" style="background-color: #6f898d">/);
});

test("no colour is behind what would show it for ever", () => {
  const seeThrough = {...opaque, thumbhash: "3OeRJYB4d3h/iIeHeEh3eIhw+j2w"};
  const padded = inFormats.map((each) => ({...each, padded: true}));
  for (const html of [pictureHtml(inFormats, seeThrough), pictureHtml(padded, opaque), pictureHtml(inFormats, null)]) {
    assert.doesNotMatch(html, /style/);
  }
});

test("the HTML is valid, with one format and with several", async () => {
  const {HtmlValidate, StaticConfigLoader} = await import("html-validate");
  const validate = new HtmlValidate(new StaticConfigLoader({root: true, extends: ["html-validate:recommended"], rules: {"no-inline-style": "off"}}));
  const said = async (/** @type {string} */ html) =>
    (await validate.validateString(html)).results.flatMap(({messages}) => messages.map(({ruleId, message}) => `${ruleId}: ${message}`));
  for (const html of [pictureHtml(inFormats.slice(-3), opaque), pictureHtml(inFormats, opaque)]) {
    assert.deepEqual(await said(html), []);
    assert.notDeepEqual(await said(html.replace(" alt=", " wrong=")), []);
    assert.notDeepEqual(await said(html.replace(' width="640"', ' width="640" width="640"')), []);
  }
  const html = pictureHtml(inFormats, opaque);
  assert.notDeepEqual(await said(html.replace("</picture>", "")), []);
  assert.notDeepEqual(await said(html.replace("<picture>", "<picture><p></p>")), []);
});

test("the HTML mixes no thumbnail with a margin and one without", () => {
  const [card, tile] = [thumbnail("card", 300, 300), {...thumbnail("tile", 400, 400), padded: true}];
  assert.deepEqual([...pictureHtml([card, tile]).matchAll(/ (\d+)w/g)].map(([, width]) => width), ["400"]);
  assert.deepEqual([...pictureHtml([{...card, padded: true}, tile]).matchAll(/ (\d+)w/g)].map(([, width]) => width), ["300", "400"]);
});

test("a small original, whose thumbnails are all equal, gives one source", () => {
  assert.equal(pictureHtml([thumbnail("small", 90, 60), thumbnail("large", 90, 60)]).match(/ 90w/g).length, 1);
});

test("a signed address says when it expires, another never expires", () => {
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

test("a thumbnail's name can be unpacked everywhere", () => {
  const names = {
    "../../etc/passwd.jpg": "_.._etc_passwd-small.webp",
    'a<b>:"c|d?*\\.png': "a_b___c_d___-small.webp",
    "CON.jpg": "_CON-small.webp",
    "con.backup.jpg": "_con.backup-small.webp",
    "com¹ .x.jpg": "_com¹ .x-small.webp",
    ".htaccess.jpg": "htaccess-small.webp",
    "... .jpg": "picture-small.webp",
    "photo\u202egpj.exe.jpg": "photogpj.exe-small.webp",
    "a\u0000b\u001fc\u007f\u0085d.jpg": "abcd-small.webp",
    "Cafe\u0301.jpg": "Caf\u00e9-small.webp",
    "half \ud83d.jpg": "half _-small.webp",
    "family 👨‍👩‍👧.jpg": "family 👨‍👩‍👧-small.webp",
  };
  for (const [name, expected] of Object.entries(names)) assert.equal(free(name, "small", ".webp", new Set()), expected);
});

test("a thumbnail's name has at most 200 bytes, and stays unique when cut", () => {
  const taken = new Set();
  const names = ["1", "2", "3"].map((end) => free(`${"ä".repeat(250)}${end}.jpg`, "small", ".webp", taken));
  assert.equal(new Set(names).size, 3);
  for (const name of names) assert.ok(Buffer.byteLength(name) <= 200 && Buffer.byteLength(name) > 195);
  assert.equal(new Set(["É.jpg", "e\u0301.jpg", "é.jpg"].map((name) => free(name, "s", ".webp", taken).toLowerCase())).size, 3);
});
