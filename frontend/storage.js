/** Uploads one file to S3, once. */

import {lostConnection, Problem, seconds} from "./problem.js";

/** After this long without progress, the connection is considered lost although no error was reported. Milliseconds. */
const STALLED = 60_000;
/**
 * After the last byte there is no more progress to see: a proxy that buffers the whole file, or a slow line behind a fast
 * router, may need minutes until S3 has responded.
 */
const ANSWER = 10 * 60_000;

/**
 * Posts the form that S3 expects. Uses XMLHttpRequest, because fetch does not report upload progress.
 * @param {File} file
 * @param {{url: string, fields: Record<string, string>}} form
 * @param {{onProgress?: (sent: number, total: number) => void, onSent?: () => void, signal?: AbortSignal,
 *   stalled?: number, answer?: number}} options
 *   onSent: the last byte was sent, and there is no response yet. stalled, answer: how long to wait, in milliseconds
 * @returns {Promise<void>}
 */
export function post(file, {url, fields}, {onProgress = () => {}, onSent = () => {}, signal, stalled = STALLED, answer = ANSWER}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let watchdog;
    let all = false;
    const watch = (/** @type {number} */ time) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => request.abort(), time);
    };
    const cancel = () => request.abort();

    request.upload.onprogress = ({loaded, total}) => {
      watch(stalled);
      // The form's other fields count too, but visitors think in bytes of the file.
      onProgress(Math.max(0, file.size - (total - loaded)), file.size);
      if (loaded === total) sent(); // Firefox reports the end only when the response arrives
    };
    const sent = () => {
      watch(answer);
      if (!all) onSent();
      all = true;
    };
    request.upload.onload = sent;
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(storageProblem(request.status, request.responseText, retryAfter(request)));
    };
    request.onerror = () => reject(lostConnection());
    request.onabort = () => reject(signal?.aborted ? signal.reason : lostConnection());
    request.onloadend = () => {
      clearTimeout(watchdog);
      signal?.removeEventListener("abort", cancel);
    };

    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", file); // last: S3 ignores what follows it
    request.open("POST", url);
    watch(stalled);
    request.send(form);
    signal?.addEventListener("abort", cancel);
  });
}

/** Reads all headers at once, because reading one that another origin does not expose logs a warning in the console. */
const retryAfter = (/** @type {XMLHttpRequest} */ request) =>
  /^retry-after: *(.*?)\s*$/im.exec(request.getAllResponseHeaders())?.[1] ?? null;

/**
 * The problem behind S3's XML response to a form upload.
 * Codes: "List of error codes" in the Amazon S3 API reference.
 * @param {number} status
 * @param {string} xml
 * @param {string | null} [after] the Retry-After header
 * @returns {Problem}
 */
export function storageProblem(status, xml, after = null) {
  const retryAfter = seconds(after);
  const code = element(xml, "Code");
  const message = element(xml, "Message");
  switch (code) {
    case "EntityTooLarge": {
      const limit = Number(element(xml, "MaxSizeAllowed"));
      const than = limit ? `larger than ${Math.floor(limit / 1e6)} MB` : "too large";
      return new Problem("too_large", `The file is ${than}. Please choose a smaller one.`);
    }
    case "EntityTooSmall":
      return new Problem("empty", "The file is empty. Please choose another one.");
    case "ExpiredToken":
    case "RequestTimeTooSkewed":
      return new Problem("expired", "The permission to upload is no longer valid. Please try again.");
    case "BadDigest": // not the content whose checksum the form contains
      return new Problem("digest_mismatch", "The file that arrived is not the one that was announced. Please upload the picture again.", {retryable: true});
    case "AccessDenied":
      // S3 has one code for everything that a policy forbids; only the text distinguishes an old signature from a wrong file.
      if (/expired/i.test(message)) {
        return new Problem("expired", "The permission to upload has expired. Please try again.");
      }
      if (/content-type/i.test(message)) {
        return new Problem("type_not_supported", "The file's type differs from the announced type.", {retryable: true});
      }
      return new Problem("refused", "The storage refused the file. Please try again.", {retryable: true});
    case "SlowDown":
    case "ServiceUnavailable":
    case "InternalError":
    case "RequestTimeout":
    case "IncompleteBody":
      return new Problem("busy", "The storage could not accept the file. Please try again in a moment.", {retryAfter});
    default:
      if (status >= 500 || status === 429 || status === 408) {
        return new Problem("busy", "The storage has a problem. Please try again in a moment.", {retryAfter});
      }
      return new Problem("refused", `The storage refused the file (${code || status}). Please try again.`, {retryable: true});
  }
}

/**
 * The text of the first element with that name. S3's errors are flat, and their texts contain no markup.
 * @param {string} xml
 * @param {string} name
 */
function element(xml, name) {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
}
