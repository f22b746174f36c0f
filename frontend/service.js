/** The service's API: what it accepts, and how an upload stands. */

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
export async function ask(path, {api, headers}, options = {}) {
  const all = {...options.headers, ...(await headers?.())};
  const request = fetch(new URL(path, api), {...options, headers: all, signal: AbortSignal.timeout(TIMEOUT)});
  const response = await request.catch(() => Promise.reject(lostConnection()));
  if (response.status === 404 && path.startsWith("uploads/")) {
    throw new Problem("unknown", "The service does not know this upload any more.", {retryable: true});
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}
