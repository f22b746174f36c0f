/**
 * Signatures for waiting files: requested in batches, and never used when they are about to expire.
 *
 * One call signs up to `batch` files. A signature lasts a few minutes, and on a slow connection the fortieth file waits
 * longer. So a file whose turn comes without a valid one is signed then, together with the next in the queue.
 */

import {Problem} from "./problem.js";

/**
 * @typedef {{signed: Promise<Signed>, until: number}} Held
 * @typedef {{file: File, held: Held, resolve: (signed: Signed) => void, reject: (problem: unknown) => void}} Asked
 */

/** Signatures are not used in their last half minute, because the upload still has to reach S3 in time. */
const MARGIN = 30_000;
/** Requests within these milliseconds share one call. */
const TOGETHER = 25;
/**
 * Bytes after which no waiting file is added to a call, because each is read before it is signed (digest.js), and the first
 * upload starts after that. Ten photos of 3 MB take a computer about 80 ms, a phone several times as long.
 */
const READ_FIRST = 32_000_000;
/**
 * After this long without a response from S3, signatures are replaced. A bucket that is gone looks like a lost connection,
 * because its responses have no CORS headers, and a signature for it would fail until it expires.
 */
const DOUBTED = 10_000;

export class Signatures {
  /** @type {Map<File, Held>} */
  #held = new Map();
  /** @type {Set<File>} */
  #expected = new Set();
  /** @type {Asked[]} */
  #wanted = [];
  /** @type {ReturnType<typeof setTimeout> | null} */
  #timer = null;
  /** When S3 did not respond, and never since. @type {number | null} */
  #silentSince = null;
  #sign;
  batch;
  #now;

  /**
   * @param {{sign: (files: File[]) => Promise<(Signed | Problem)[]>, batch: number, now?: () => number}} options
   *   sign: one result per file, in order. batch: the maximum number of files per call.
   */
  constructor({sign, batch, now = () => Date.now()}) {
    this.#sign = sign;
    this.batch = batch;
    this.#now = now;
  }

  /** The file will need a signature soon. @param {File} file */
  expect(file) {
    this.#expected.add(file);
  }

  /** The file needs no signature any more, or another one, because its own was used, refused or abandoned. @param {File} file */
  forget(file) {
    this.#expected.delete(file);
    this.#held.delete(file);
  }

  /** S3 has responded to an upload, or not. @param {boolean} responded */
  note(responded) {
    if (responded) this.#silentSince = null;
    else if (this.#now() - (this.#silentSince ??= this.#now()) >= DOUBTED) {
      this.#held.clear();
      this.#silentSince = null;
    }
  }

  /**
   * A signature that is valid now. Throws the Problem that the service has with the file or with the call.
   * @param {File} file
   * @returns {Promise<Signed>}
   */
  take(file) {
    this.#expected.delete(file);
    const held = this.#held.get(file);
    if (held && this.#now() < held.until) return held.signed;
    this.#wanted.push(this.#hold(file));
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      while (this.#wanted.length > 0) this.#ask(this.#wanted.splice(0, this.batch));
    }, TOGETHER);
    return /** @type {{signed: Promise<Signed>}} */ (this.#held.get(file)).signed;
  }

  /** @param {File} file @returns {Asked} */
  #hold(file) {
    /** @type {any} */
    const asked = {file};
    const signed = new Promise((resolve, reject) => Object.assign(asked, {resolve, reject}));
    asked.held = {signed, until: Infinity};
    signed.catch(() => {}); // the consumer handles it
    this.#held.set(file, asked.held);
    return asked;
  }

  /** @param {Asked[]} wanted needed at once; waiting files fill the rest of the call */
  async #ask(wanted) {
    const next = [...this.#expected].filter((file) => this.#now() >= (this.#held.get(file)?.until ?? 0));
    const asked = [...wanted];
    let bytes = wanted.reduce((sum, {file}) => sum + file.size, 0);
    for (const file of next.slice(0, this.batch - wanted.length)) {
      bytes += file.size;
      if (bytes > READ_FIRST) break;
      asked.push(this.#hold(file));
    }
    try {
      const answers = await this.#sign(asked.map(({file}) => file));
      asked.forEach(({file, held, resolve, reject}, index) => {
        const answer = answers[index];
        if (answer instanceof Problem) {
          if (this.#held.get(file) === held) this.#held.delete(file); // the next request calls the service
          return reject(answer);
        }
        // If it had already expired on arrival, a clock is wrong: then S3 decides when it expires.
        if (answer.lifetime > 0) held.until = this.#now() + answer.lifetime - Math.min(MARGIN, answer.lifetime / 4);
        resolve(answer);
      });
    } catch (problem) {
      for (const {file, held, reject} of asked) {
        if (this.#held.get(file) === held) {
          this.#held.delete(file);
          this.#expected.add(file); // request them together again, not one by one
        }
        reject(problem);
      }
    }
  }
}
