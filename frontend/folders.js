/** Lists the files of a drop with folders. */

/**
 * @param {import("./intake.js").Thing[]} things
 * @returns {Promise<{files: File[], unreadable: string[], empty: string[]}>} empty: folders without files
 */
export async function gather(things) {
  /** @type {{files: File[], unreadable: string[], empty: string[]}} */
  const found = {files: [], unreadable: [], empty: []};
  for (const {entry, file} of things) {
    if (file && !entry?.isDirectory) {
      found.files.push(file);
    } else if (entry) {
      const before = found.files.length + found.unreadable.length;
      await collect(entry, found);
      if (entry.isDirectory && found.files.length + found.unreadable.length === before) found.empty.push(entry.name);
    }
  }
  return found;
}

/**
 * Collects the files of an entry. Unreadable ones, such as links to deleted files, are listed by name and do not affect the
 * others.
 * @param {FileSystemEntry} entry
 * @param {{files: File[], unreadable: string[]}} found
 */
async function collect(entry, found) {
  if (entry.name.startsWith(".")) return; // hidden system files, such as .DS_Store, are not dropped on purpose
  try {
    if (entry.isFile) {
      found.files.push(await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject)));
      return;
    }
    const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
    for (;;) {
      /** @type {FileSystemEntry[]} */
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // up to a hundred per call
      if (some.length === 0) return;
      for (const child of some) await collect(child, found);
    }
  } catch {
    found.unreadable.push(entry.name);
  }
}
