/** All thumbnails in one archive. */

import {free} from "./names.js";
import {Slots} from "./slots.js";
import {zip} from "./zip.js";

/**
 * @typedef {import("./result.js").Manifest} Manifest
 * @typedef {import("./uploads.js").Upload} Upload
 * @typedef {{name: string, upload: Upload, index: number}} Entry index: which of the upload's thumbnails
 */

/** Thumbnails that are fetched at a time. */
const AT_ONCE = 4;

/**
 * Not from the cache: what an <img> has put there came without the headers that let a script read it, because S3 sends
 * them only when asked with an Origin.
 * @type {RequestInit}
 */
const OPTIONS = {cache: "no-store", credentials: "omit"};

/**
 * A name for each thumbnail that says whose it is and that no other has.
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
 * Fetches them and hands them to the browser as thumbnails.zip. One that cannot be fetched does not cost the others.
 * @param {Upload[]} uploads
 * @param {(upload: Upload) => Promise<unknown>} refresh gives an upload's manifest addresses that work now
 * @returns {Promise<string[]>} the names of those that are missing. Throws when all are.
 */
export async function downloadAll(uploads, refresh) {
  const done = uploads.filter(({stage}) => stage === "done");
  const slots = new Slots(AT_ONCE);
  // After a reload the manifests are not there yet.
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
    await refresh(upload); // a signed address that has expired
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
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it a little later
}
