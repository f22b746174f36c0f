/** All thumbnails in one archive. */

import {free} from "./names.js";
import {Slots} from "./slots.js";
import {zip} from "./zip.js";

/**
 * @typedef {{name: string, upload: Upload, index: number}} Entry index: which of the upload's thumbnails
 */

/** Thumbnails to fetch in parallel. */
const AT_ONCE = 4;

/**
 * Bypasses the cache. An <img> caches responses without the CORS headers that a script needs, because S3 sends those only
 * for requests with an Origin.
 * @type {RequestInit}
 */
const OPTIONS = {cache: "no-store", credentials: "omit"};

/**
 * A unique name for each thumbnail, derived from its original's name.
 * @param {Upload[]} uploads
 * @returns {Entry[]}
 */
export function named(uploads) {
  const taken = new Set();
  return uploads.flatMap((upload) =>
    (upload.manifest?.thumbnails ?? []).map(({size, key}, index) => ({
      name: free(upload.name, size, key.slice(key.lastIndexOf(".")), taken),
      upload,
      index,
    })),
  );
}

/**
 * Fetches the thumbnails and saves them as thumbnails.zip. A failed fetch does not affect the others.
 * @param {Upload[]} uploads
 * @param {(upload: Upload) => Promise<unknown>} refresh renews the addresses in an upload's manifest
 * @returns {Promise<string[]>} the names of missing thumbnails. Throws when all are missing.
 */
export async function downloadAll(uploads, refresh) {
  const done = uploads.filter(({stage}) => stage === "done");
  const slots = new Slots(AT_ONCE);
  // After a reload the manifests are not loaded yet.
  const absent = done.filter(({manifest}) => !manifest);
  await Promise.all(absent.map((upload) => slots.run(() => refresh(upload).catch(() => {}))));
  const missing = done.filter(({manifest}) => !manifest).map(({name}) => name);
  const entries = named(done);
  const found = await Promise.all(entries.map((entry) => slots.run(() => content(entry, refresh))));
  const files = entries.flatMap(({name}, index) => {
    const bytes = found[index];
    if (!bytes) missing.push(name);
    return bytes ? [{name, bytes}] : [];
  });
  if (files.length === 0) throw new Error("none of the thumbnails could be fetched");
  save(zip(files));
  return missing;
}

/**
 * @param {Entry} entry
 * @param {(upload: Upload) => Promise<unknown>} refresh
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
 */
async function content({upload, index}, refresh) {
  const get = async () => {
    const response = await fetch(/** @type {Manifest} */ (upload.manifest).thumbnails[index].url, OPTIONS);
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  };
  try {
    const bytes = await get();
    if (bytes) return bytes;
    await refresh(upload); // the presigned address has expired
    return await get();
  } catch {
    return null;
  }
}

/** @param {Blob} blob */
function save(blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = "thumbnails.zip";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it slightly later
}
