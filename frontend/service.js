/** Calls the service's API. */

import {content, erased, lostConnection, Problem, problemOf} from "./problem.js";

/** API Gateway responds within 29 s or not at all. Milliseconds. */
const TIMEOUT = 30_000;

/**
 * The service's limits and thumbnail sizes.
 * @param {Access} access
 * @returns {Promise<Limits>}
 */
export async function limits(access) {
  return content(await ask("limits", access));
}

/**
 * @param {string} path
 * @param {Access} access
 * @param {RequestInit & {headers?: Record<string, string>}} [options]
 * @returns {Promise<Response>} a success
 */
export async function ask(path, {api, headers}, options = {}) {
  const once = async (/** @type {boolean} */ refused) => {
    const all = {...options.headers, ...(await headers?.(refused))};
    // The service never redirects, and keys must not follow to another host.
    const request = fetch(new URL(path, api), {...options, headers: all, redirect: "error", signal: AbortSignal.timeout(TIMEOUT)});
    return request.catch(() => Promise.reject(lostConnection()));
  };
  let response = await once(false);
  if (response.status === 401 && headers) response = await once(true);
  if (response.status === 404 && path.startsWith("uploads/")) {
    throw new Problem("unknown", "The service no longer knows this upload. Please upload the picture again.", {retryable: true});
  }
  if (response.status === 410) throw erased();
  if (!response.ok) throw await problemOf(response);
  return response;
}
