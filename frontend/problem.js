/**
 * The problems that can end or delay an upload, each with a sentence for the visitor.
 *
 * The service's codes (functions/thumbs/errors.py) pass through unchanged. The client's own are:
 *
 *   network     the connection was lost, or never existed
 *   busy        the service or the storage is throttling, has an outage, or is still converting (429, 5xx, 409)
 *   expired     the signature has expired; a fresh one helps
 *   refused     the service or the storage refused, for another reason than the file
 *   unreadable  the file was changed or removed after it was chosen
 *   no_result   the upload arrived, but there was no result before the deadline
 *   unknown     the service does not know this upload (any more)
 *   erased      somebody has erased this upload
 */

/** Temporary problems: the same step may succeed a little later. */
const PASSING = new Set(["network", "busy", "expired"]);

export class Problem extends Error {
  /**
   * @param {string} code
   * @param {string} message for the visitor
   * @param {{retryable?: boolean, retryAfter?: number, quoted?: boolean,
   *   errors?: {file: number, code: string, detail: string}[]}} [more]
   *   retryable: the visitor may try the same file again. retryAfter: seconds that the server requested.
   *   quoted: the sentence is the service's own. errors: the service's findings on single files.
   */
  constructor(code, message, {retryable = false, retryAfter = 0, quoted = false, errors = []} = {}) {
    super(message);
    this.name = "Problem";
    this.code = code;
    this.retryable = retryable || PASSING.has(code);
    this.retryAfter = retryAfter;
    this.quoted = quoted;
    this.errors = errors;
  }

  /** Whether a retry without asking the visitor makes sense. */
  get passing() {
    return PASSING.has(this.code);
  }
}

export const erased = () => new Problem("erased", "This upload was erased.");
export const lostConnection = () => new Problem("network", "The connection was lost.");

/**
 * The JSON of a response. If it is incomplete, the network cut it off; if it is not JSON, something in between sent it,
 * such as a hotel's login page. Both are temporary.
 * @param {Response} response
 */
export const content = (response) => response.json().catch(() => Promise.reject(lostConnection()));

/** By status. @type {Record<number, string>} */
const BUSY = {
  409: "The upload is still being converted.",
  429: "Too many uploads are in progress.",
  500: "The service is not responding correctly.",
};

/**
 * The problem behind an unsuccessful response of the API or of API Gateway (RFC 9457).
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
export async function problemOf(response) {
  const {detail, errors} = (await response.json().catch(() => null)) ?? {};
  const busy = BUSY[response.status >= 500 ? 500 : response.status];
  if (busy) return new Problem("busy", `${busy} Please try again in a moment.`, {retryAfter: seconds(response.headers.get("retry-after"))});
  if (Array.isArray(errors) && errors.length > 0) {
    return new Problem(errors[0].code, errors[0].detail, {errors, quoted: true});
  }
  return new Problem("refused", detail || `The service refused the request (${response.status}).`, {retryable: true, quoted: Boolean(detail)});
}

/**
 * The delay in Retry-After: seconds, or a date (RFC 9110, 10.2.3).
 * @param {string | null} value
 */
export function seconds(value, now = Date.now()) {
  if (!value) return 0;
  const count = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Math.max(0, count) || 0;
}
