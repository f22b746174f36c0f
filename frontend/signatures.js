/**
 * Signatures for files that wait for their turn: asked for in batches, and never used when too old.
 *
 * Signing is one call for up to `batch` files. A signature lives some minutes, and on a slow connection the fortieth
 * file waits longer than that: so a file whose turn comes with none, or an old one, is signed then, together with the
 * next ones in the queue.
 */

import {Problem} from "./problem.js";

/** @typedef {import("./upload.js").Signed} Signed */

/** Not used in the last half minute: the upload still has to reach the storage before the end. */
const MARGIN = 30_000;

export class Signatures {
  /** @type {Map<File, {signed: Promise<Signed>, until: number}>} */
  #held = new Map();
  /** @type {Set<File>} */
  #expected = new Set();
  #sign;
  #batch;
  #now;

  /**
   * @param {{sign: (files: File[]) => Promise<(Signed | Problem)[]>, batch: number, now?: () => number}} options
   *   sign: one answer per file, in order. batch: the most files in one call.
   */
  constructor({sign, batch, now = () => Date.now()}) {
    this.#sign = sign;
    this.#batch = batch;
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
    if (!this.#has(file)) this.#ask([file, ...this.#next()]);
    return /** @type {{signed: Promise<Signed>}} */ (this.#held.get(file)).signed;
  }

  /** @param {File} file */
  #has(file) {
    const held = this.#held.get(file);
    return held !== undefined && this.#now() < held.until;
  }

  #next() {
    return [...this.#expected].filter((file) => !this.#has(file)).slice(0, this.#batch - 1);
  }

  /** @param {File[]} files */
  #ask(files) {
    const answers = this.#sign(files);
    files.forEach((file, index) => {
      const signed = answers.then((all) => {
        if (all[index] instanceof Problem) throw all[index];
        return all[index];
      });
      const held = {signed, until: Infinity};
      this.#held.set(file, held);
      signed.then(
        ({lifetime}) => {
          // One that was over when it came shows a clock that is wrong: then the storage says when it is over.
          if (lifetime > 0) held.until = this.#now() + lifetime - Math.min(MARGIN, lifetime / 4);
        },
        () => {
          if (this.#held.get(file) === held) this.#held.delete(file); // the next one who asks, asks the service
        },
      );
    });
  }
}
