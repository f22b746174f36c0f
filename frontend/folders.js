/** What is in a folder that was dropped. */

/**
 * Puts the files of an entry where they belong. What cannot be read, such as a link to a file that has gone, is named: the
 * others are none the worse for it.
 * @param {FileSystemEntry} entry
 * @param {{files: File[], unreadable: string[]}} found
 */
export async function collect(entry, found) {
  if (entry.name.startsWith(".")) return; // what systems leave in folders, such as .DS_Store, nobody meant to drop
  try {
    if (entry.isFile) {
      found.files.push(await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject)));
      return;
    }
    const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
    for (;;) {
      /** @type {FileSystemEntry[]} */
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
      if (some.length === 0) return;
      for (const child of some) await collect(child, found);
    }
  } catch {
    found.unreadable.push(entry.name);
  }
}
