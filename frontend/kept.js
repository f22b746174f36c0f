/**
 * What the tab remembers of its uploads, so that a reload or a crash in the middle loses nothing that had arrived.
 * In the session's storage, not in the lasting one: another tab has its own list, and on a shared computer nothing stays
 * behind when the tab is closed.
 */

/**
 * @typedef {{name: string, size: number, type: string, lastModified: number,
 *   job?: string, result?: string, arrived?: boolean}} Kept
 *   job, result: once signed. arrived: whether the storage has the file.
 */

const KEY = "uploads";

/** @param {Kept[]} uploads */
export function keep(uploads) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(uploads));
  } catch {
    // A browser that stores nothing still uploads.
  }
}

/** @returns {Kept[]} */
export function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found : []; // what another page of this origin may have left under that name
  } catch {
    return [];
  }
}
