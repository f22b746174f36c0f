/**
 * The client of the service, for this page and any other, also on another origin:
 *
 *     import {upload} from "./upload.js";
 *     const {thumbnails} = await upload(file, {api: "https://…/", headers: () => ({"x-api-key": key}), onProgress, signal});
 *
 * profile and focus say which set of sizes the picture gets, and which point its crops keep (docs/api.md).
 *
 * headers may be async, for example to refresh a token (service.js). If it rejects, so does the upload, with the same reason.
 * types.d.ts describes what the functions take and return.
 *
 * Temporary problems, such as a lost connection or a busy service, are retried until the signal aborts. Everything else is a
 * Problem (problem.js): its message is for the visitor, its code for a program. An aborted upload rejects with the signal's
 * reason.
 */

import {check, look} from "./check.js";
import {Patience} from "./patience.js";
import {Problem} from "./problem.js";
import {isThere, result} from "./result.js";
import {ask, limits} from "./service.js";
import {sign} from "./sign.js";
import {Signatures} from "./signatures.js";
import {post} from "./storage.js";
import {backoff, isOnline, online, persist, sleep, unlessAborted} from "./waiting.js";

/**
 * @typedef {{stage: "signing" | "offline" | "converting" | "slow"}
 *   | {stage: "uploading", signed: Signed, sent: number, total: number}
 *   | {stage: "storing"}
 *   | {stage: "again", problem: Problem}} Progress
 *   offline: continues when the network is back. again: an attempt failed, the next one follows automatically.
 *   storing: everything was sent, and S3 has not responded yet. slow: converting takes longer than usual. sent, total: bytes.
 */

/**
 * Uploads one picture and waits for its thumbnails.
 * @param {File} file
 * @param {Access & Choice & {onProgress?: (progress: Progress) => void, signal?: AbortSignal}} options
 * @returns {Promise<Manifest>}
 */
export async function upload(file, {onProgress = () => {}, signal, profile, focus, ...access}) {
  const known = await persist(() => limits(access), {signal});
  await look(file, known);
  const problem = check(file, known);
  if (problem) throw problem;
  const signatures = new Signatures({sign: (files) => sign(files, {...access, limits: known, choice: () => ({profile, focus})}), batch: 1});
  const signed = await send(file, {signatures, isThere: (job) => isThere(job, access), onProgress, signal});
  onProgress({stage: "converting"});
  return result(signed, {...access, signal, onSlow: () => onProgress({stage: "slow"})});
}

/**
 * Erases an upload for good, which only its owner and administrators may do. For everybody else it does not
 * exist ("unknown"). Returns when nothing is left of it.
 * @param {string} job
 * @param {Access & {signal?: AbortSignal}} options
 */
export async function erase(job, {signal, ...access}) {
  await persist(() => ask(`uploads/${job}`, access, {method: "DELETE"}), {signal});
}

/**
 * Keeps what is made of an upload (docs/api.md). May be repeated.
 * @param {string} job
 * @param {Access & {signal?: AbortSignal}} options
 */
export async function claim(job, {signal, ...access}) {
  await persist(() => ask(`uploads/${job}/claim`, access, {method: "POST"}), {signal});
}

/**
 * Uploads a file to S3, despite lost connections, busy servers and expired signatures. If the last byte of an attempt was
 * sent, the service is asked whether the file has arrived before it is sent again.
 * @param {File} file
 * @param {{signatures: Signatures, isThere: (job: string) => Promise<boolean>, signal?: AbortSignal,
 *   queue?: {run: <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>}, onProgress?: (progress: Progress) => void,
 *   stalled?: number, answer?: number}} options
 *   queue: decides when the next attempt may begin. stalled, answer: how long S3 may stay silent (storage.js)
 * @returns {Promise<Signed>} the signature that was used
 */
export async function send(file, {signatures, isThere, queue = new Patience(), onProgress = () => {}, signal, ...waits}) {
  /** The signature with which everything was sent, without a response. @type {Signed | null} */
  let unsure = null;
  const once = async () => {
    if (unsure && (await unlessAborted(isThere(unsure.job), signal))) return unsure;
    unsure = null;
    onProgress({stage: "signing"});
    const signed = await unlessAborted(signatures.take(file), signal);
    onProgress({stage: "uploading", signed, sent: 0, total: file.size});
    await post(file, signed.upload, {
      onProgress: (sent, total) => onProgress({stage: "uploading", signed, sent, total}),
      onSent: () => {
        unsure = signed;
        onProgress({stage: "storing"});
      },
      signal,
      ...waits,
    });
    return signed;
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const signed = await queue.run(once, signal);
      signatures.note(true);
      signatures.forget(file);
      return signed;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.code !== "network" && problem.code !== "busy") {
        unsure = null; // S3 has responded
        signatures.note(true);
        signatures.forget(file);
      }
      if (problem.code === "network") {
        await assureReadable(file);
        signatures.note(false);
      }
      if (!problem.passing) throw problem;
      if (!isOnline()) {
        onProgress({stage: "offline"});
        await online(signal);
        attempt = 0; // without a network, nothing was attempted
        continue;
      }
      onProgress({stage: "again", problem});
      await sleep(backoff(attempt, problem.retryAfter), signal);
    }
  }
}

/**
 * If a file was changed, moved or deleted after it was chosen, its upload fails like a lost connection. Reading it shows the difference.
 * @param {File} file
 */
async function assureReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Problem("unreadable", "The file can no longer be read. Was it changed or moved? Please choose it again.");
  }
}

export {limits, Problem, sign};
