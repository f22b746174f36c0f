/**
 * The client of the service, for this page and for any other:
 *
 *     import {upload} from "./upload.js";
 *     const {thumbnails} = await upload(file, {api: "https://…/", onProgress, signal});
 *
 * Everything that goes wrong is a Problem (problem.js): its message is for a person, its code for a program.
 * An aborted upload rejects with the signal's reason.
 */

import {check, contentType} from "./check.js";
import {content, lostConnection, Problem, problemOf, storageProblem} from "./problem.js";
import {result} from "./result.js";
import {Signatures} from "./signatures.js";
import {backoff, isOnline, online, sleep, unlessAborted} from "./waiting.js";

/**
 * @typedef {{name: string, width: number, height: number, crop: boolean}} Size
 * @typedef {{
 *   maxFiles: number, maxUploadBytes: number, maxMegapixels: number, types: Record<string, string[]>,
 *   accepted: string, sizes: Size[], keepOriginalsDays: number,
 * }} Limits
 * @typedef {{
 *   job: string, upload: {url: string, fields: Record<string, string>}, result: string, expires: string, lifetime: number,
 * }} Signed lifetime: milliseconds that the signature was still good for when it came
 *
 * @typedef {{stage: "signing" | "offline" | "converting" | "slow"}
 *   | {stage: "uploading", signed: Signed, sent: number, total: number}
 *   | {stage: "again", problem: Problem}} Progress
 *   offline: goes on by itself when the network is back. again: a try failed, the next one follows by itself.
 *   slow: converting takes longer than usual. sent, total: bytes.
 */

/** Tries of one file while the browser believes to be online: with the waits between them about ten seconds. */
const TRIES = 4;
/** An upload without a single byte of progress for so long has lost its connection without noticing. */
const STALLED = 60_000;

/**
 * Uploads one picture and waits for its thumbnails.
 * @param {File} file
 * @param {{api: string | URL, onProgress?: (progress: Progress) => void, signal?: AbortSignal}} options
 *   api: the base address of the service, ending in "/"
 * @returns {Promise<import("./result.js").Manifest>}
 */
export async function upload(file, {api, onProgress = () => {}, signal}) {
  const known = await limits({api});
  const problem = check(file, known);
  if (problem) throw problem;
  const signatures = new Signatures({sign: (files) => sign(files, {api, limits: known}), batch: 1});
  const signed = await send(file, {signatures, onProgress, signal});
  onProgress({stage: "converting"});
  return result(signed, {api, signal, onSlow: () => onProgress({stage: "slow"})});
}

/**
 * What the service accepts and makes.
 * @param {{api: string | URL}} options
 * @returns {Promise<Limits>}
 */
export async function limits({api}) {
  return content(await ask(new URL("limits", api)));
}

/**
 * Asks for permission to upload, in one call: for each file, in order, its signature or the problem with it. A file that
 * the service refuses does not hold up the others: they are asked for again without it.
 * @param {File[]} files at most limits.maxFiles
 * @param {{api: string | URL, limits: Limits}} options
 * @returns {Promise<(Signed | Problem)[]>}
 */
export async function sign(files, {api, limits}) {
  /** @type {Map<File, Signed | Problem>} */
  const answers = new Map();
  for (let rest = files; rest.length > 0; rest = files.filter((file) => !answers.has(file))) {
    try {
      const response = await ask(new URL("uploads", api), {
        method: "POST",
        headers: {"content-type": "application/json"},
        body: JSON.stringify({files: rest.map((file) => ({name: file.name, type: contentType(file, limits), size: file.size}))}),
      });
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
      for (const {file, code, detail} of bad) answers.set(rest[file], new Problem(code, detail));
    }
  }
  return files.map((file) => /** @type {Signed | Problem} */ (answers.get(file)));
}

/**
 * Brings a file to the storage, through lost connections, busy servers and expired signatures.
 * @param {File} file
 * @param {{signatures: Signatures, onProgress?: (progress: Progress) => void, signal?: AbortSignal}} options
 * @returns {Promise<Signed>} the signature that was used
 */
export async function send(file, {signatures, onProgress = () => {}, signal}) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      onProgress({stage: "signing"});
      const signed = await unlessAborted(signatures.take(file), signal);
      onProgress({stage: "uploading", signed, sent: 0, total: file.size});
      await post(file, signed.upload, {
        onProgress: (sent, total) => onProgress({stage: "uploading", signed, sent, total}),
        signal,
      });
      signatures.forget(file);
      return signed;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.code !== "network" && problem.code !== "busy") signatures.forget(file);
      if (problem.code === "network") {
        await assureReadable(file);
        if (!isOnline()) {
          onProgress({stage: "offline"});
          await online(signal);
          attempt = 0; // nothing was tried as long as there was no network
          continue;
        }
      }
      if (!problem.passing || attempt === TRIES) throw problem;
      onProgress({stage: "again", problem});
      await sleep(backoff(attempt, problem.retryAfter), signal);
    }
  }
}

/**
 * Posts the form that S3 expects, once. XMLHttpRequest, because fetch does not tell how far an upload is.
 * @param {File} file
 * @param {{url: string, fields: Record<string, string>}} form
 * @param {{onProgress?: (sent: number, total: number) => void, signal?: AbortSignal}} options
 * @returns {Promise<void>}
 */
export function post(file, {url, fields}, {onProgress = () => {}, signal}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let stalled = 0;
    const watch = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED);
    };
    const cancel = () => request.abort();

    request.upload.onprogress = ({loaded, total}) => {
      watch();
      // The form's other fields count too; people think in bytes of the file.
      onProgress(Math.max(0, file.size - (total - loaded)), file.size);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(storageProblem(request.status, request.responseText));
    };
    request.onerror = () => reject(lostConnection());
    request.onabort = () => reject(signal?.aborted ? signal.reason : lostConnection());
    request.onloadend = () => {
      clearTimeout(stalled);
      signal?.removeEventListener("abort", cancel);
    };

    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", file); // last: S3 ignores what follows it
    request.open("POST", url);
    watch();
    request.send(form);
    signal?.addEventListener("abort", cancel);
  });
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

/**
 * @param {URL} address
 * @param {RequestInit} [options]
 * @returns {Promise<Response>} a success
 */
async function ask(address, options) {
  // The gateway answers within 29 s or not at all.
  const response = await fetch(address, {...options, signal: AbortSignal.timeout(30_000)}).catch(() => Promise.reject(lostConnection()));
  if (!response.ok) throw await problemOf(response);
  return response;
}
