/**
 * What the tab remembers of its uploads, so that a reload or a crash in the middle loses nothing that had arrived.
 * In the session's storage, not in the lasting one: another tab has its own list, and on a shared computer nothing stays
 * behind when the tab is closed. One entry for each upload, so that a change writes some hundred bytes, not the whole list.
 */

/**
 * @typedef {{thumbnails: number, bytes: number, width: number, height: number}} Made what a row says of a finished upload
 * @typedef {{name: string, size: number, type: string, lastModified: number,
 *   job?: string, made?: Made}} Kept
 *   job: once signed; whether its file has arrived, the service knows. made: once done.
 */

const PREFIX = "upload ";

/** What is written now, by id: nothing is written twice. @type {Map<number, string>} */
const written = new Map();
/** What the storage had no room for (browsers give some five million characters). @type {Set<number>} */
const forgotten = new Set();

/**
 * @param {number} id
 * @param {Kept} facts
 * @returns {boolean} whether they fitted
 */
export function keep(id, facts) {
  const entry = JSON.stringify(facts);
  if (written.get(id) === entry) return true;
  try {
    sessionStorage.setItem(PREFIX + id, entry);
    written.set(id, entry);
    forgotten.delete(id);
  } catch {
    // Full, or a browser that stores nothing: it still uploads. By its job, the service knows the rest.
    if (written.get(id)?.includes('"job"')) return true;
    forget(id);
    forgotten.add(id);
  }
  return !forgotten.has(id);
}

/** @param {number} id */
export function forget(id) {
  forgotten.delete(id);
  if (!written.delete(id)) return;
  try {
    sessionStorage.removeItem(PREFIX + id);
  } catch {
    // Where nothing was stored, nothing is left.
  }
}

/** How many uploads a reload would forget. */
export const willBeForgotten = () => forgotten.size;

/** @returns {number[]} in order: the ids of what was kept */
export function keptIds() {
  try {
    const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
    return keys.map((key) => Number(key.slice(PREFIX.length))).filter(Number.isSafeInteger).sort((one, other) => one - other);
  } catch {
    return [];
  }
}

/** @param {number} id @returns {Kept | null} */
export function kept(id) {
  const entry = sessionStorage.getItem(PREFIX + id) ?? "";
  const facts = parsed(entry);
  if (facts) written.set(id, entry);
  return facts;
}

/** What another page of this origin may have left under such a name is no upload. @param {string} entry @returns {Kept | null} */
function parsed(entry) {
  try {
    const facts = JSON.parse(entry);
    return typeof facts?.name === "string" && typeof facts.size === "number" ? facts : null;
  } catch {
    return null;
  }
}
