/**
 * Remembers the tab's uploads, so that a reload or a crash loses nothing that had arrived. Several share an entry, and changes are
 * written together, because a write takes about the same time, whatever its size. Nothing remains when the tab is closed.
 */

const PREFIX = "uploads ";
/** Uploads per entry: a few kilobytes. */
const TOGETHER = 25;
/** Milliseconds until a change is written; immediately if the page is being closed. */
const LATER = 300;

/** The facts to remember, by entry and id. @type {Map<number, Map<number, string>>} */
const entries = new Map();
/** Entries that have changed. @type {Set<number>} */
const changed = new Set();
/** Uploads for which the storage is full (browsers allow about five million characters), by entry. @type {Map<number, number>} */
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

/** The number of uploads that a reload would lose, because the storage is full. */
export const willBeForgotten = () => [...forgotten.values()].reduce((sum, count) => sum + count, 0);

/** @param {() => void} callback called when that number has changed */
export function whenForgotten(callback) {
  tell = callback;
}

/** Writes the changes. */
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

/** Writes an entry, or as much of it as fits. @param {number} number */
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
      if (count === 0) return; // this browser stores nothing; uploads still work
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
    // This browser stores nothing, so there is nothing to restore.
  }
  return found.sort(([one], [other]) => one - other);
}

/** Ignores entries under such a name that another page of this origin has left. @param {string} text */
function parsed(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** @param {any} facts @returns {facts is Kept} */
const isKept = (facts) => typeof facts?.name === "string" && typeof facts.size === "number";
