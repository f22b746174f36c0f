/** Finds the file again that was chosen before: the same one is not sent twice, another one that only looks like it is. */

import {breaths} from "./waiting.js";

/** @typedef {import("./uploads.js").Upload} Upload */
/** @typedef {{name: string, size: number, lastModified: number}} Facts */

/** Bytes that are compared at a time. */
const PIECE = 1 << 20;

export class Twins {
  /** @type {Map<string, Set<Upload>>} */
  #alike = new Map();

  /** @param {Upload} upload */
  add(upload) {
    const key = keyOf(upload);
    this.#alike.set(key, (this.#alike.get(key) ?? new Set()).add(upload));
  }

  /** @param {Upload} upload */
  delete(upload) {
    const alike = this.#alike.get(keyOf(upload));
    alike?.delete(upload);
    if (alike?.size === 0) this.#alike.delete(keyOf(upload));
  }

  /**
   * The upload of that file, or null. One from before a reload has no content to compare: name, size and date decide.
   * @param {File} file
   * @returns {Promise<Upload | null>}
   */
  async find(file) {
    for (const upload of this.#alike.get(keyOf(file)) ?? []) {
      if (!upload.file || (await isSame(upload.file, file))) return upload;
    }
    return null;
  }
}

/** @param {Facts} facts */
const keyOf = ({name, size, lastModified}) => `${size} ${lastModified} ${name}`;

/**
 * Whether both hold the same bytes. Ends with the first difference.
 * @param {File} one
 * @param {File} other of the same size
 */
async function isSame(one, other) {
  try {
    const breath = breaths();
    for (let start = 0; start < one.size; start += PIECE) {
      const [a, b] = await Promise.all([one, other].map((file) => file.slice(start, start + PIECE).arrayBuffer()));
      const [left, right] = [new Uint8Array(a), new Uint8Array(b)];
      if (left.length !== right.length || left.some((byte, at) => byte !== right[at])) return false;
      await breath();
    }
    return true;
  } catch {
    return false; // one of them cannot be read any more: the upload will say which
  }
}
