/**
 * How files come in. A file input is the one way: what is dropped or pasted anywhere on the page is put into it, and its
 * change event fires, as if it had been chosen there.
 */

/**
 * @param {HTMLInputElement[]} inputs the first takes what is dropped or pasted
 * @param {(files: File[]) => void} onFiles
 */
export function receive(inputs, onFiles) {
  for (const input of inputs) {
    input.addEventListener("change", () => {
      const files = [...(input.files ?? [])];
      input.value = ""; // or choosing the same file again would change nothing, and fire nothing
      if (files.length > 0) onFiles(files);
    });
  }

  const put = (/** @type {File[]} */ files) => {
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    inputs[0].files = transfer.files;
    inputs[0].dispatchEvent(new Event("change", {bubbles: true}));
  };

  const mark = (/** @type {boolean} */ on) => document.documentElement.classList.toggle("dropping", on);
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") === true;

  for (const name of /** @type {const} */ (["dragenter", "dragover"])) {
    document.addEventListener(name, (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault(); // says that a drop is welcome
      /** @type {DataTransfer} */ (event.dataTransfer).dropEffect = "copy";
      mark(true);
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(false); // left the window, not only an element
  });
  document.addEventListener("drop", async (event) => {
    mark(false);
    if (!hasFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    put(await dropped(event.dataTransfer));
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    put(files);
  });
}

/**
 * The files of a drop, those in folders included.
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>}
 */
async function dropped(transfer) {
  const files = [...transfer.files];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()); // only now: after the event they are gone
  if (!entries.some((entry) => entry?.isDirectory)) return files;
  const found = await Promise.all(entries.map((entry) => (entry ? readable(entry) : [])));
  return found.flat();
}

/**
 * Nothing of what cannot be read, such as a link to a file that has gone: the others are none the worse for it.
 * @param {FileSystemEntry} entry
 * @returns {Promise<File[]>}
 */
const readable = (entry) => inside(entry).catch(() => []);

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<File[]>}
 */
async function inside(entry) {
  if (entry.name.startsWith(".")) return []; // what systems leave in folders, such as .DS_Store, nobody meant to drop
  if (entry.isFile) {
    return [await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject))];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const files = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
    if (some.length === 0) return files;
    for (const child of some) files.push(...(await readable(child)));
  }
}
