/** Checks a file before it is sent, against the service's own limits. */

import {Problem} from "./problem.js";

/**
 * The first bytes of each type, as in the service (functions/thumbs/formats.py). Read as Latin-1, one character per byte.
 * @type {[string, RegExp][]}
 */
const BEGINNINGS = [
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/png", /^\x89PNG\r\n\x1a\n/],
  ["image/webp", /^RIFF.{4}WEBPVP8[ LX]/s],
  ["image/gif", /^GIF8[79]a/],
  ["image/avif", /^.{4}ftyp(?:avi[fs]|(?:mif1|msf1|miaf).{4}(?:.{4})*?avi[fs])/s],
  ["image/heic", /^.{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)/s],
  ["image/tiff", /^(?:II\*\0|MM\0\*|II\+\0|MM\0\+)/],
  ["image/bmp", /^BM/],
];

/** Types found from the first bytes, for files whose name and type do not reveal them. @type {WeakMap<object, string>} */
const seen = new WeakMap();

/**
 * Inspects a file whose type and name do not reveal its format, such as an export without an extension or Android's
 * "image:1641". Afterwards `contentType` knows the type.
 * @param {File} file
 * @param {Limits} limits
 */
export async function look(file, limits) {
  if (file.size === 0 || contentType(file, limits) !== null) return;
  const start = new Uint8Array(await file.slice(0, 64).arrayBuffer().catch(() => new ArrayBuffer(0)));
  const text = String.fromCharCode(...start);
  const found = BEGINNINGS.find(([type, beginning]) => Object.hasOwn(limits.types, type) && beginning.test(text));
  if (found) seen.set(file, found[0]);
}

/**
 * The content type under which the file may be uploaded, or null. If the browser does not know the type (HEIC on many
 * systems), it leaves it empty: then the extension decides, then the first bytes. Only the conversion determines what the
 * file really contains.
 * @param {{name: string, type: string}} file
 * @param {Limits} limits
 * @returns {string | null}
 */
export function contentType(file, limits) {
  const type = file.type.toLowerCase().split(";")[0].trim();
  if (Object.hasOwn(limits.types, type)) return type;
  const name = file.name.toLowerCase().trim();
  for (const [known, extensions] of Object.entries(limits.types)) {
    if (extensions.some((extension) => name.endsWith(extension))) return known;
  }
  return seen.get(file) ?? null;
}

/**
 * The problem with the file, or null.
 * @param {{name: string, type: string, size: number}} file
 * @param {Limits} limits
 * @returns {Problem | null}
 */
export function check(file, limits) {
  if (file.size === 0) {
    return new Problem("empty", "The file is empty. Please choose another one.");
  }
  if (contentType(file, limits) === null) {
    return new Problem("type_not_supported", `This type of file is not accepted. Please choose ${limits.accepted}.`);
  }
  if (file.size > limits.maxUploadBytes) {
    const limit = Math.floor(limits.maxUploadBytes / 1e6);
    return new Problem("too_large", `The file is larger than ${limit} MB. Please choose a smaller one.`);
  }
  return null;
}
