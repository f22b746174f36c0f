/** Lists the files of a dropped folder. */

/**
 * Collects the files of an entry. Unreadable ones, such as links to deleted files, are listed by name and do not affect the
 * others.
 * @param {FileSystemEntry} entry
 * @param {{files: File[], unreadable: string[]}} found
 */
export async function collect(entry, found) {
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
