/** Accepts files: chosen, taken with the camera, dropped or pasted anywhere on the page. */

/**
 * @param {HTMLInputElement[]} inputs
 * @param {{onFiles: (files: File[]) => void, onUnreadable: (names: string[]) => void, onEmpty: (names: string[]) => void}} heard
 *   onUnreadable: dropped items that cannot be read. onEmpty: dropped folders without files.
 */
export function receive(inputs, {onFiles, onUnreadable, onEmpty}) {
  for (const input of inputs) {
    const take = () => {
      const files = [...(input.files ?? [])];
      input.value = ""; // otherwise choosing the same file again changes nothing, and fires no event
      if (files.length > 0) onFiles(files);
    };
    input.addEventListener("change", take);
    queueMicrotask(take); // files that were chosen before this script had loaded
  }

  const mark = (/** @type {boolean} */ on) => document.documentElement.classList.toggle("dropping", on);
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") === true;

  for (const name of /** @type {const} */ (["dragenter", "dragover"])) {
    document.addEventListener(name, (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault(); // accepts the drop
      /** @type {DataTransfer} */ (event.dataTransfer).dropEffect = "copy";
      mark(true);
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(false); // the pointer left the window, not only an element
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

/**
 * What was dropped. A file from a mail program has no entry, a link to a deleted file no file.
 * @typedef {{entry: FileSystemEntry | null, file: File | null}} Thing
 */

/** @param {Thing} thing */
const isFile = ({entry, file}) => file !== null && !entry?.isDirectory;

/**
 * The files of a drop, including those in folders.
 * @param {DataTransfer} transfer
 * @returns {Promise<{files: File[], unreadable: string[], empty: string[]}>}
 */
async function dropped(transfer) {
  // Read now, because the entries are gone after the event.
  const things = [...transfer.items]
    .filter(({kind}) => kind === "file")
    .map((item) => ({entry: item.webkitGetAsEntry?.() ?? null, file: item.getAsFile()}));
  const folders = things.every(isFile) ? null : await import("./folders.js").catch(() => null);
  if (folders) return folders.gather(things);
  const [files, others] = [true, false].map((wanted) => things.filter((thing) => isFile(thing) === wanted));
  return {files: files.flatMap(({file}) => file ?? []), unreadable: others.flatMap(({entry}) => entry?.name ?? []), empty: []};
}
