/** What can be said of a file before it is sent, with the service's own limits and in its own words. */

import {Problem} from "./problem.js";

/** @typedef {import("./upload.js").Limits} Limits */

/**
 * The content type under which the file may be uploaded, or null. A browser that does not know the type (HEIC on many
 * systems) leaves it empty: then the extension decides. What is really in the file, only the conversion finds out.
 * @param {{name: string, type: string}} file
 * @param {Limits} limits
 * @returns {string | null}
 */
export function contentType(file, limits) {
  const type = file.type.toLowerCase();
  if (Object.hasOwn(limits.types, type)) return type;
  const name = file.name.toLowerCase();
  for (const [known, extensions] of Object.entries(limits.types)) {
    if (extensions.some((extension) => name.endsWith(extension))) return known;
  }
  return null;
}

/**
 * The problem with the file, or null.
 * @param {{name: string, type: string, size: number}} file
 * @param {Limits} limits
 * @returns {Problem | null}
 */
export function check(file, limits) {
  if (contentType(file, limits) === null) {
    return new Problem("type_not_supported", `This type of file is not accepted. Please choose ${limits.accepted}.`);
  }
  if (file.size === 0) {
    return new Problem("empty", "The file is empty. Please choose another one.");
  }
  if (file.size > limits.maxUploadBytes) {
    const limit = Math.floor(limits.maxUploadBytes / 1e6);
    return new Problem("too_large", `The file is larger than ${limit} MB. Please choose a smaller one.`);
  }
  return null;
}
