/** Finds a file that was chosen before. The same file is not sent twice; one that only looks the same is. */

/** @typedef {{name: string, size: number, lastModified: number}} Facts */

export class Duplicates {
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
   * The upload of that file, or null. Uploads from before a reload have no content to compare: name, size and date decide.
   * @param {File} file
   * @returns {Promise<Upload | null>}
   */
  async find(file) {
    for (const upload of this.#alike.get(keyOf(file)) ?? []) {
      if (!upload.file) return upload;
      const same = await import("./compare.js").catch(() => null); // without a network, treat it as another file
      if (await same?.isSame(upload.file, file)) return upload;
    }
    return null;
  }
}

/** @param {Facts} facts */
const keyOf = ({name, size, lastModified}) => `${size} ${lastModified} ${name}`;
