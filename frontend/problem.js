/**
 * What can stand between a file and its thumbnails, each with the sentence that a person reads.
 *
 * The codes of the service (functions/thumbs/errors.py) pass through unchanged. The client's own are:
 *
 *   network     the connection was lost, or never there
 *   busy        the service or the storage asks for patience (429, 5xx)
 *   expired     the signature is too old: a fresh one helps
 *   refused     the service or the storage said no, and not because of the file
 *   unreadable  the file changed or went away after it was chosen
 *   no_result   the upload arrived, and nothing was heard of it before the deadline
 *   unknown     the service knows nothing of this upload (any more)
 */

/** Problems that pass by themselves: the same step, tried again a little later, may well work. */
const PASSING = new Set(["network", "busy", "expired"]);

export class Problem extends Error {
  /**
   * @param {string} code
   * @param {string} message for a person
   * @param {{retryable?: boolean, retryAfter?: number, quoted?: boolean,
   *   errors?: {file: number, code: string, detail: string}[]}} [more]
   *   retryable: a person may try the same file again. retryAfter: seconds that the server asked for.
   *   quoted: the sentence is the service's own. errors: what the service says of single files.
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

  /** Whether trying again without asking the person makes sense. */
  get passing() {
    return PASSING.has(this.code);
  }
}

export const lostConnection = () => new Problem("network", "The connection was lost.");

/**
 * The JSON of an answer. One that ends early was cut off by the network; one that is no JSON comes from somebody between,
 * such as the login page of a hotel: both pass.
 * @param {Response} response
 */
export const content = (response) => response.json().catch(() => Promise.reject(lostConnection()));

/**
 * What an answer of the API that is not a success means (RFC 9457, also from the gateway).
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
export async function problemOf(response) {
  const {detail, errors} = (await response.json().catch(() => null)) ?? {};
  const retryAfter = seconds(response.headers.get("retry-after"));
  if (response.status === 429) {
    return new Problem("busy", "Too many uploads are under way just now. Please try again in a moment.", {retryAfter});
  }
  if (response.status >= 500) {
    return new Problem("busy", "The service does not answer as it should. Please try again in a moment.", {retryAfter});
  }
  if (Array.isArray(errors) && errors.length > 0) {
    return new Problem(errors[0].code, errors[0].detail, {errors, quoted: true});
  }
  return new Problem("refused", detail || `The service refused the request (${response.status}).`, {retryable: true, quoted: Boolean(detail)});
}

/**
 * What Retry-After asks for: seconds, or a date (RFC 9110, 10.2.3).
 * @param {string | null} value
 */
export function seconds(value, now = Date.now()) {
  if (!value) return 0;
  const count = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Math.max(0, count) || 0;
}

/**
 * What S3 means by the XML it answers to a form upload.
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
      return new Problem("expired", "The permission to upload was no longer valid. Please try again.");
    case "AccessDenied":
      // S3 has one code for all that a policy forbids; only the words tell an old signature from a wrong file.
      if (/expired/i.test(message)) {
        return new Problem("expired", "The permission to upload had expired. Please try again.");
      }
      if (/content-type/i.test(message)) {
        return new Problem("type_not_supported", "The file's type is not the one that was announced.", {retryable: true});
      }
      return new Problem("refused", "The storage refused the file. Please try again.", {retryable: true});
    case "SlowDown":
    case "ServiceUnavailable":
    case "InternalError":
    case "RequestTimeout":
    case "IncompleteBody":
      return new Problem("busy", "The storage could not take the file just now. Please try again in a moment.", {retryAfter});
    default:
      if (status >= 500 || status === 429 || status === 408) {
        return new Problem("busy", "The storage is in trouble. Please try again in a moment.", {retryAfter});
      }
      return new Problem("refused", `The storage refused the file (${code || status}). Please try again.`, {retryable: true});
  }
}

/**
 * The text of the first element of that name. S3's errors are flat, and their texts hold no markup.
 * @param {string} xml
 * @param {string} name
 */
function element(xml, name) {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
}
