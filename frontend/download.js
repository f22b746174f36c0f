/** All thumbnails in one archive. */

import {zip} from "./zip.js";

/**
 * @typedef {import("./result.js").Manifest} Manifest
 * @typedef {import("./uploads.js").Upload} Upload
 */

/**
 * Not from the cache: what an <img> has put there came without the headers that let a script read it, because S3 sends
 * them only when asked with an Origin.
 * @type {RequestInit}
 */
const OPTIONS = {cache: "no-store", credentials: "omit"};

/**
 * A name for each thumbnail that says whose it is and that no other has, also where A and a are the same, as in most folders
 * that an archive is unpacked into: "IMG_2041-small.webp", "img_2041-small-2.webp".
 * @param {Upload[]} uploads
 * @returns {{name: string, upload: Upload, index: number}[]} index: which of the upload's thumbnails
 */
export function named(uploads) {
  const taken = new Set();
  return uploads.flatMap((upload) =>
    (upload.manifest?.thumbnails ?? []).map(({size, key}, index) => {
      const stem = `${upload.name.replace(/\.[^.]*$/, "")}-${size}`;
      const ending = key.slice(key.lastIndexOf("."));
      let name = stem + ending;
      for (let count = 2; taken.has(name.toLowerCase()); count += 1) name = `${stem}-${count}${ending}`;
      taken.add(name.toLowerCase());
      return {name, upload, index};
    }),
  );
}

/**
 * Fetches them and hands them to the browser as thumbnails.zip.
 * @param {Upload[]} uploads
 * @param {(upload: Upload) => Promise<unknown>} refresh gives an upload's manifest addresses that work now
 */
export async function downloadAll(uploads, refresh) {
  const files = [];
  for (const {name, upload, index} of named(uploads)) {
    const get = () => fetch(/** @type {Manifest} */ (upload.manifest).thumbnails[index].url, OPTIONS);
    let response = await get();
    if (!response.ok) {
      await refresh(upload); // a signed address that has expired
      response = await get();
    }
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    files.push({name, bytes: new Uint8Array(await response.arrayBuffer())});
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(zip(files));
  link.download = "thumbnails.zip";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it a little later
}
