/** How files come in: chosen, taken by the camera, dropped or pasted anywhere on the page. */

/**
 * @param {HTMLInputElement[]} inputs
 * @param {{onFiles: (files: File[]) => void, onUnreadable: (names: string[]) => void, onEmpty: (names: string[]) => void}} heard
 *   onUnreadable: what was dropped and cannot be read. onEmpty: dropped folders without a file.
 */
export function receive(inputs, {onFiles, onUnreadable, onEmpty}) {
  for (const input of inputs) {
    const take = () => {
      const files = [...(input.files ?? [])];
      input.value = ""; // or choosing the same file again would change nothing, and fire nothing
      if (files.length > 0) onFiles(files);
    };
    input.addEventListener("change", take);
    queueMicrotask(take); // what was chosen while this script was still on its way
  }

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
    const {files, unreadable, empty} = await dropped(event.dataTransfer);
    if (files.length > 0) onFiles(files);
    if (unreadable.length > 0) onUnreadable(unreadable);
    if (empty.length > 0) onEmpty(empty);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  });
}

const NONE = {collect: null};

/**
 * The files of a drop, those in folders included.
 * @param {DataTransfer} transfer
 */
async function dropped(transfer) {
  // Only now: after the event they are gone. Some files have no entry, such as those that a mail program drags.
  const things = [...transfer.items]
    .filter(({kind}) => kind === "file")
    .map((item) => ({entry: item.webkitGetAsEntry?.() ?? null, file: item.getAsFile()}));
  /** @type {{files: File[], unreadable: string[], empty: string[]}} */
  const found = {files: [], unreadable: [], empty: []};
  // The code for folders comes with the first one.
  const {collect} = things.some(({entry, file}) => entry?.isDirectory || !file) ? await import("./folders.js").catch(() => NONE) : NONE;
  for (const {entry, file} of things) {
    const before = found.files.length + found.unreadable.length;
    if (entry?.isDirectory && collect) {
      await collect(entry, found);
      if (found.files.length + found.unreadable.length === before) found.empty.push(entry.name);
    } else if (file && !entry?.isDirectory) {
      found.files.push(file);
    } else if (entry && collect) {
      await collect(entry, found);
    } else if (entry) {
      found.unreadable.push(entry.name);
    }
  }
  return found;
}
