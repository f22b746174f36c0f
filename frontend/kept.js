/**
 * What the tab remembers of its uploads, so that a reload or a crash in the middle loses nothing that had arrived.
 * In the session's storage, not in the lasting one: another tab has its own list, and on a shared computer nothing stays
 * behind when the tab is closed. A few uploads share an entry, and what changes is written a little later, together: each
 * write takes about as long, whatever it holds.
 */

/**
 * @typedef {{thumbnails: number, bytes: number, width: number, height: number}} Made what a row says of a finished upload
 * @typedef {{name: string, size: number, type: string, lastModified: number,
 *   job?: string, made?: Made}} Kept
 *   job: once signed; whether its file has arrived, the service knows. made: once done.
 */

const PREFIX = "uploads ";
/** Uploads in an entry: some kilobytes. */
const TOGETHER = 25;
/** Milliseconds until a change is written; at once when the page goes away. */
const LATER = 300;

/** What is to be remembered, by entry and id. @type {Map<number, Map<number, string>>} */
const entries = new Map();
/** Entries that have changed. @type {Set<number>} */
const changed = new Set();
/** What the storage had no room for (browsers give some five million characters), by entry. @type {Map<number, number>} */
const forgotten = new Map();
/** @type {ReturnType<typeof setTimeout> | null} */
let timer = null;
let tell = () => {};

/** @param {number} id @param {Kept} facts */
export function keep(id, facts) {
  const text = JSON.stringify(facts);
  const entry = entryOf(id);
  if (entry.get(id) === text) return;
  entry.set(id, text);
  soon(id);
}

/** @param {number} id */
export function forget(id) {
  if (entryOf(id).delete(id)) soon(id);
}

/** How many uploads a reload would forget, because the storage is full. */
export const willBeForgotten = () => [...forgotten.values()].reduce((sum, count) => sum + count, 0);

/** @param {() => void} callback is called when that has changed */
export function whenForgotten(callback) {
  tell = callback;
}

/** Writes what has changed. */
export function flush() {
  if (timer) clearTimeout(timer);
  timer = null;
  const before = willBeForgotten();
  for (const number of changed) write(number);
  changed.clear();
  if (willBeForgotten() !== before) tell();
}

globalThis.addEventListener?.("pagehide", flush);

/** @param {number} id */
function entryOf(id) {
  const number = Math.floor(id / TOGETHER);
  const entry = entries.get(number) ?? new Map();
  entries.set(number, entry);
  return entry;
}

/** @param {number} id */
function soon(id) {
  changed.add(Math.floor(id / TOGETHER));
  timer ??= setTimeout(flush, LATER);
}

/** Writes an entry, or as much of it as there is room for. @param {number} number */
function write(number) {
  const all = [...(entries.get(number) ?? [])];
  for (let count = all.length; ; count -= 1) {
    forgotten.delete(number);
    if (count < all.length) forgotten.set(number, all.length - count);
    try {
      if (count === 0) return sessionStorage.removeItem(PREFIX + number);
      const members = all.slice(0, count).map(([id, text]) => `"${id}":${text}`);
      return sessionStorage.setItem(PREFIX + number, `{${members.join(",")}}`);
    } catch {
      if (count === 0) return; // a browser that stores nothing: it still uploads
    }
  }
}

/** @returns {[number, Kept][]} by id, in order */
export function kept() {
  /** @type {[number, Kept][]} */
  const found = [];
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (!key.startsWith(PREFIX)) continue;
      for (const [id, facts] of Object.entries(parsed(sessionStorage.getItem(key) ?? ""))) {
        if (!Number.isSafeInteger(Number(id)) || !isKept(facts)) continue;
        entryOf(Number(id)).set(Number(id), JSON.stringify(facts));
        found.push([Number(id), facts]);
      }
    }
  } catch {
    // A browser that stores nothing has kept nothing.
  }
  return found.sort(([one], [other]) => one - other);
}

/** What another page of this origin may have left under such a name is no upload. @param {string} text */
function parsed(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** @param {any} facts @returns {facts is Kept} */
const isKept = (facts) => typeof facts?.name === "string" && typeof facts.size === "number";
