/**
 * The result of an upload. The browser polls the storage for the manifest, which exists once the job has ended,
 * and calls the API only if the presigned address has expired or does not respond, so waiting invokes no function.
 */

import {content, erased, lostConnection, Problem, problemOf} from "./problem.js";
import {ask} from "./service.js";
import {Slots} from "./slots.js";
import {online, sleep, unlessAborted, visible} from "./waiting.js";

/** A warm conversion takes about 0.3 s, S3's notification about as long. Callers with measurements pass a better value. */
const EXPECTED = 600;
/** The longest delay between two polls. */
const LONGEST = 10_000;
/** A good file takes seconds, even with a cold start; after this, the page says that it takes longer. */
const SLOW = 20_000;
/** Polls without a response, one after the other, before the page says so. */
const OUTAGE = 2;
/** How often a changed expectation is noticed. */
const NOTICED = 500;
/** Concurrent polls: a browser opens six connections per host, and some are for uploads. */
const looks = new Slots(3);
/** By then, three attempts with Lambda's waits of one and two minutes between them are over, and reported. */
const DEADLINE = 10 * 60_000;

/**
 * Milliseconds before each poll: the first when the result is expected, then increasing, each up to a fifth shorter or
 * longer, so that files uploaded together are not polled together. After a long wait the next poll is not at once. Infinite.
 * @param {{expected?: number, waited?: number, random?: () => number}} [options] waited: before
 * @returns {Generator<number, void>}
 */
export function* schedule({expected = EXPECTED, waited = 0, random = Math.random} = {}) {
  yield expected;
  for (let step = Math.max(500, waited / 4); ; step = Math.min(step * 1.5, LONGEST)) yield step * (0.8 + 0.4 * random());
}

/**
 * The manifest of a job, once it is done. Throws a Problem with the manifest's reason if the picture was rejected or
 * its conversion failed, with code "no_result" after the deadline, "unknown" if the service does not know the job, "erased".
 * Time in a hidden tab or without a response does not count.
 * @param {{job: string, result?: string | null}} signed result: the manifest's address; without it the API is called
 * @param {Access & {signal?: AbortSignal, expected?: number | (() => number), deadline?: number, onSlow?: () => void,
 *   onReach?: (problem: Problem | null) => void}} options
 *   expected: milliseconds until the first poll; a function is asked again during the wait. onReach: the service does not
 *   respond, or (null) does so again
 * @returns {Promise<Manifest>}
 */
export async function result({job, result: address}, {signal, expected, deadline = DEADLINE, onSlow, onReach, ...access}) {
  let waited = 0;
  let lost = 0;
  if (typeof expected === "function") {
    for (let left; (left = Math.min(expected(), LONGEST) - waited) > 0; waited += Math.min(left, NOTICED)) {
      await sleep(Math.min(left, NOTICED), signal);
    }
    expected = 0;
  }
  const once = () => unlessAborted(address ? look(address) : current(job, access).catch(unlessPassing), signal);
  for (const wait of schedule({expected, waited})) {
    await sleep(wait, signal);
    await visible(signal);
    await online(signal);
    const seen = await looks.run(once, signal);
    if (seen instanceof Problem) {
      lost += 1;
      if (lost >= OUTAGE && seen.code === "network") address = null; // perhaps of a bucket that no longer exists; the API knows
      if (lost === OUTAGE) onReach?.(seen);
      continue;
    }
    const wasLost = lost >= OUTAGE, wasSlow = waited >= SLOW;
    if (wasLost) onReach?.(null);
    lost = 0;
    waited += wait;
    if (seen === "expired") address = null;
    else if (seen) return unlessRefused(seen);
    if (waited >= SLOW && (wasLost || !wasSlow)) onSlow?.();
    if (waited >= deadline) break;
  }
  throw new Problem("no_result", "There is no result yet. The picture has arrived and may still be converted.", {retryable: true});
}

/**
 * The manifest from the API, with fresh addresses of its thumbnails; null while the job is in progress. Throws a
 * Problem with code "unknown" if no file has arrived for that job.
 * @param {string} job
 * @param {Access} access
 * @returns {Promise<Manifest | null>}
 */
export async function current(job, access) {
  const response = await ask(`uploads/${job}`, access, {cache: "no-store"});
  return response.status === 202 ? null : content(response);
}

/**
 * Whether the file of this job is in S3.
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
 * The manifest, null if it does not exist yet, "expired" if this address will never show it, a Problem without a response.
 * @param {string} address
 * @returns {Promise<Manifest | "expired" | Problem | null>}
 */
async function look(address) {
  try {
    const response = await fetch(address, {cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(30_000)});
    if (response.ok) return await response.json();
    // 404, or 403 if the signer may not list the bucket, means "not yet", unless S3 says that the signature has expired.
    if (response.status === 404) return null;
    if (response.status >= 500 || response.status === 429) return await problemOf(response);
    if (response.status !== 403) return "expired";
    return /expired/i.test(await response.text()) ? "expired" : null;
  } catch {
    return lostConnection(); // the next poll may succeed
  }
}

/** @param {Manifest} manifest */
function unlessRefused(manifest) {
  if (manifest.status === "done") return manifest;
  if (manifest.status === "erased") throw erased();
  const {code, message, retryable} = manifest.reason ?? {code: "no_thumbnails", message: "No thumbnails were made.", retryable: true};
  throw new Problem(code, message, {retryable, quoted: true});
}

/** @param {unknown} problem @returns {Problem} */
function unlessPassing(problem) {
  if (problem instanceof Problem && problem.passing) return problem;
  throw problem;
}
