/**
 * Signatures for files that wait for their turn: asked for in batches, and never used when too old.
 *
 * Signing is one call for up to `batch` files. A signature lives some minutes, and on a slow connection the fortieth
 * file waits longer than that: so a file whose turn comes with none, or an old one, is signed then, together with the
 * next ones in the queue.
 */

import {Problem} from "./problem.js";

/**
 * @typedef {import("./service.js").Signed} Signed
 * @typedef {{signed: Promise<Signed>, until: number}} Held
 * @typedef {{file: File, held: Held, resolve: (signed: Signed) => void, reject: (problem: unknown) => void}} Asked
 */

/** Not used in the last half minute: the upload still has to reach the storage before the end. */
const MARGIN = 30_000;
/** What is wanted within so many milliseconds is asked for in one call. */
const TOGETHER = 25;

export class Signatures {
  /** @type {Map<File, Held>} */
  #held = new Map();
  /** @type {Set<File>} */
  #expected = new Set();
  /** @type {Asked[]} */
  #wanted = [];
  /** @type {ReturnType<typeof setTimeout> | null} */
  #timer = null;
  #sign;
  batch;
  #now;

  /**
   * @param {{sign: (files: File[]) => Promise<(Signed | Problem)[]>, batch: number, now?: () => number}} options
   *   sign: one answer per file, in order. batch: the most files in one call.
   */
  constructor({sign, batch, now = () => Date.now()}) {
    this.#sign = sign;
    this.batch = batch;
    this.#now = now;
  }

  /** The file will want a signature soon. @param {File} file */
  expect(file) {
    this.#expected.add(file);
  }

  /** The file wants none any more, or not the one it has: it was used, refused or given up. @param {File} file */
  forget(file) {
    this.#expected.delete(file);
    this.#held.delete(file);
  }

  /**
   * A signature that is good now. Throws the Problem that the service has with the file or with the call.
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
    signed.catch(() => {}); // whoever takes it hears of it
    this.#held.set(file, asked.held);
    return asked;
  }

  /** @param {Asked[]} wanted at once; as many as fit into the call go with them */
  async #ask(wanted) {
    const next = [...this.#expected].filter((file) => this.#now() >= (this.#held.get(file)?.until ?? 0));
    const asked = [...wanted, ...next.slice(0, this.batch - wanted.length).map((file) => this.#hold(file))];
    try {
      const answers = await this.#sign(asked.map(({file}) => file));
      asked.forEach(({file, held, resolve, reject}, index) => {
        const answer = answers[index];
        if (answer instanceof Problem) {
          if (this.#held.get(file) === held) this.#held.delete(file); // the next one who asks, asks the service
          return reject(answer);
        }
        // One that was over when it came shows a clock that is wrong: then the storage says when it is over.
        if (answer.lifetime > 0) held.until = this.#now() + answer.lifetime - Math.min(MARGIN, answer.lifetime / 4);
        resolve(answer);
      });
    } catch (problem) {
      for (const {file, held, reject} of asked) {
        if (this.#held.get(file) === held) {
          this.#held.delete(file);
          this.#expected.add(file); // asked for together again, not one by one
        }
        reject(problem);
      }
    }
  }
}
