/** The service's API: what it accepts, permission to upload, and how an upload stands. */

import {contentType} from "./check.js";
import {content, lostConnection, Problem, problemOf} from "./problem.js";

/**
 * @typedef {{name: string, width: number, height: number, crop: boolean}} Size
 * @typedef {{
 *   maxFiles: number, maxUploadBytes: number, maxMegapixels: number, types: Record<string, string[]>,
 *   accepted: string, sizes: Size[], keepOriginalsDays: number,
 * }} Limits
 * @typedef {{
 *   job: string, upload: {url: string, fields: Record<string, string>}, result: string, expires: string, lifetime: number,
 * }} Signed lifetime: milliseconds that the signature was still good for when it came
 * @typedef {Record<string, string>} Headers
 * @typedef {{api: string | URL, headers?: () => Headers | Promise<Headers>}} Access
 *   api: the base address of the service, ending in "/". headers: what each call of it carries besides, such as a key
 */

/** The gateway answers within 29 s or not at all. Milliseconds. */
const TIMEOUT = 30_000;

/**
 * What the service accepts and makes.
 * @param {Access} access
 * @returns {Promise<Limits>}
 */
export async function limits(access) {
  return content(await ask("limits", access));
}

/**
 * Asks for permission to upload, in one call: for each file, in order, its signature or the problem with it. A file that
 * the service refuses does not hold up the others: they are asked for again without it.
 * @param {File[]} files at most limits.maxFiles
 * @param {Access & {limits: Limits}} options
 * @returns {Promise<(Signed | Problem)[]>}
 */
export async function sign(files, {limits, ...access}) {
  /** @type {Map<File, Signed | Problem>} */
  const answers = new Map();
  for (let rest = files; rest.length > 0; rest = files.filter((file) => !answers.has(file))) {
    try {
      const body = JSON.stringify({files: rest.map((file) => ({name: file.name, type: contentType(file, limits), size: file.size}))});
      const response = await ask("uploads", access, {method: "POST", headers: {"content-type": "application/json"}, body});
      // By the service's clock where it can be read: the visitor's may be wrong.
      const now = Date.parse(response.headers.get("date") ?? "") || Date.now();
      const {uploads} = await content(response);
      rest.forEach((file, index) => {
        answers.set(file, {...uploads[index], lifetime: Date.parse(uploads[index].expires) - now});
      });
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      const bad = problem.errors.filter(({file}) => rest[file]);
      if (bad.length === 0) throw problem;
      for (const {file, code, detail} of bad) answers.set(rest[file], new Problem(code, detail, {quoted: true}));
    }
  }
  return files.map((file) => /** @type {Signed | Problem} */ (answers.get(file)));
}

/**
 * The manifest as the API gives it, with fresh addresses of its thumbnails; null while the job is under way. Throws a
 * Problem with code "unknown" when nothing has arrived under that job.
 * @param {string} job
 * @param {Access} access
 * @returns {Promise<import("./result.js").Manifest | null>}
 */
export async function current(job, access) {
  const response = await ask(`uploads/${job}`, access, {cache: "no-store"});
  return response.status === 202 ? null : content(response);
}

/**
 * Whether the file of this job is in the storage.
 * @param {string} job
 * @param {Access} access
 */
export async function isThere(job, access) {
  try {
    await current(job, access);
    return true;
  } catch (problem) {
    if (problem instanceof Problem && problem.code === "unknown") return false;
    throw problem;
  }
}

/**
 * @param {string} path
 * @param {Access} access
 * @param {RequestInit & {headers?: Headers}} [options]
 * @returns {Promise<Response>} a success
 */
async function ask(path, {api, headers}, options = {}) {
  const all = {...options.headers, ...(await headers?.())};
  const request = fetch(new URL(path, api), {...options, headers: all, signal: AbortSignal.timeout(TIMEOUT)});
  const response = await request.catch(() => Promise.reject(lostConnection()));
  if (response.status === 404 && path.startsWith("uploads/")) {
    throw new Problem("unknown", "The service does not know this upload any more.", {retryable: true});
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}
