/** File names that every system can unpack: no path, no hidden or reordering characters, nothing that Windows forbids. */

/** Maximum UTF-8 bytes of a whole name: file systems allow 255, and unpacking may add a prefix. */
const LONGEST = 200;
/** Control characters, bidirectional overrides, and invisible characters. */
const UNSEEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
/** Windows: "Naming Files, Paths, and Namespaces" in its documentation; also the path separators of other systems. */
const FORBIDDEN = /[<>:"/\\|?*]/g;
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/i;

const utf8 = new TextEncoder();

/**
 * A name that is not in use yet, ignoring case, as in most file systems into which an archive is unpacked:
 * "IMG_2041-small.webp", "img_2041-small-2.webp".
 * @param {string} name of the original
 * @param {string} size
 * @param {string} ending with the dot
 * @param {Set<string>} taken the new name is added
 */
export function free(name, size, ending, taken) {
  const stem = safe(name.replace(/\.[^.]*$/, ""));
  for (let count = 1; ; count += 1) {
    const tail = `-${size}${count > 1 ? `-${count}` : ""}${ending}`;
    const whole = cut(stem, LONGEST - utf8.encode(tail).length) + tail;
    const key = whole.toUpperCase().toLowerCase();
    if (taken.has(key)) continue;
    taken.add(key);
    return whole;
  }
}

/** @param {string} stem */
function safe(stem) {
  const clean = stem
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "_") // half a character
    .normalize("NFC")
    .replace(UNSEEN, "")
    .replace(FORBIDDEN, "_")
    .replace(/^[.\s]+|\s+$/g, "");
  return RESERVED.test(clean) ? `_${clean}` : clean || "picture";
}

/** As many whole characters as fit into the bytes. @param {string} text @param {number} bytes */
function cut(text, bytes) {
  let [length, kept] = [0, ""];
  for (const character of text) {
    length += utf8.encode(character).length;
    if (length > bytes) break;
    kept += character;
  }
  return kept;
}
