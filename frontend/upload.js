/**
 * The client of the service, for this page and for any other, also on another origin:
 *
 *     import {upload} from "./upload.js";
 *     const {thumbnails} = await upload(file, {api: "https://…/", headers: () => ({"x-api-key": key}), onProgress, signal});
 *
 * What passes by itself, such as a lost connection or a busy service, is tried again until the signal says stop. All else
 * that goes wrong is a Problem (problem.js): its message is for a person, its code for a program. An aborted upload rejects
 * with the signal's reason.
 */

import {check, look} from "./check.js";
import {Patience, persist} from "./patience.js";
import {Problem} from "./problem.js";
import {result} from "./result.js";
import {isThere, limits} from "./service.js";
import {sign} from "./sign.js";
import {Signatures} from "./signatures.js";
import {post} from "./storage.js";
import {backoff, isOnline, online, sleep, unlessAborted} from "./waiting.js";

/**
 * @typedef {import("./service.js").Access} Access
 * @typedef {import("./service.js").Signed} Signed
 *
 * @typedef {{stage: "signing" | "offline" | "converting" | "slow"}
 *   | {stage: "uploading", signed: Signed, sent: number, total: number}
 *   | {stage: "storing"}
 *   | {stage: "again", problem: Problem}} Progress
 *   offline: goes on by itself when the network is back. again: a try failed, the next one follows by itself.
 *   storing: all is sent, and the storage has not answered yet. slow: converting takes longer than usual. sent, total: bytes.
 */

/**
 * Uploads one picture and waits for its thumbnails.
 * @param {File} file
 * @param {Access & {onProgress?: (progress: Progress) => void, signal?: AbortSignal}} options
 * @returns {Promise<import("./result.js").Manifest>}
 */
export async function upload(file, {onProgress = () => {}, signal, ...access}) {
  const known = await persist(() => limits(access), {signal});
  await look(file, known);
  const problem = check(file, known);
  if (problem) throw problem;
  const signatures = new Signatures({sign: (files) => sign(files, {...access, limits: known}), batch: 1});
  const signed = await send(file, {signatures, isThere: (job) => isThere(job, access), onProgress, signal});
  onProgress({stage: "converting"});
  return result(signed, {...access, signal, onSlow: () => onProgress({stage: "slow"})});
}

/**
 * Brings a file to the storage, through lost connections, busy servers and expired signatures. Before it is sent again
 * after a try whose last byte had gone, the service is asked whether it arrived.
 * @param {File} file
 * @param {{signatures: Signatures, isThere: (job: string) => Promise<boolean>, signal?: AbortSignal,
 *   queue?: {run: <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>}, onProgress?: (progress: Progress) => void,
 *   stalled?: number, answer?: number}} options
 *   queue: says when the next try may begin. stalled, answer: how long the storage may keep silent (storage.js)
 * @returns {Promise<Signed>} the signature that was used
 */
export async function send(file, {signatures, isThere, queue = new Patience(), onProgress = () => {}, signal, ...waits}) {
  /** Under which all was sent, and no answer came. @type {Signed | null} */
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
      signatures.forget(file);
      return signed;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.code !== "network" && problem.code !== "busy") {
        unsure = null; // the storage has answered
        signatures.forget(file);
      }
      if (problem.code === "network") await assureReadable(file);
      if (!problem.passing) throw problem;
      if (!isOnline()) {
        onProgress({stage: "offline"});
        await online(signal);
        attempt = 0; // nothing was tried as long as there was no network
        continue;
      }
      onProgress({stage: "again", problem});
      await sleep(backoff(attempt, problem.retryAfter), signal);
    }
  }
}

/**
 * A file that was changed, moved or deleted after it was chosen fails like a lost connection; reading it tells.
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
