/** The page's texts in English. */

/** @type {(figures: Figures) => Words} */
export function words({number, bytes, part, time, percent, clock, box, dimensions, facts, all, any, plural}) {
  const count = (/** @type {number} */ many, /** @type {string} */ one) => `${number(many)} ${plural(many, {one, other: `${one}s`})}`;
  /** The first names, and the number of the others. @param {string[]} names */
  const some = (names) => all(names.length > 4 ? [...names.slice(0, 3), `${number(names.length - 3)} more`] : names);
  return {
    page: "Thumbnails",
    pageWhile: ({over, total}) => `${number(over)} of ${number(total)} - Thumbnails`,
    choose: "Choose pictures",
    hint: "or drop or paste them anywhere on this page",
    camera: "Take a picture",
    tryAgain: "Try again",
    dismiss: "OK",
    offer: (sizes) => `Pictures in, thumbnails out: ${all(sizes.map(dimensions))} pixels.`,
    terms: ({accepted, limit, megapixels, days, unclaimed, named}) =>
      `${any(accepted)}, up to ${bytes(limit)} and ${number(megapixels)} megapixels each. ` +
      (named
        ? "The author's name and licence stay in the thumbnails; location and other hidden data are left out. "
        : "Location and other hidden data are left out of the thumbnails. ") +
      `Originals are deleted after ${count(days, "day")}.` +
      (unclaimed ? ` Thumbnails that nobody uses are deleted after ${count(unclaimed, "day")}.` : ""),

    // The status of a row.
    waiting: "Waiting",
    uploading: ({sent, size, left}) =>
      facts([`Uploading: ${part(sent, size)} of ${bytes(size)}`, left !== null && `${time(left)} left`]),
    storing: "All sent. Waiting for confirmation.",
    offline: "No connection. Continues automatically.",
    again: "Trying again",
    converting: "Making thumbnails",
    slow: "Still making thumbnails. This takes longer than usual.",
    done: (made) =>
      facts([count(made.thumbnails, "thumbnail"), bytes(made.bytes), made.saved !== null && `${percent(made.saved)} smaller`]),
    cancelled: "Cancelled",
    interrupted: "Not uploaded before the page was closed. Choose the file again to continue.",
    said: ({name, status}) => `${name}: ${status}`,

    // The actions of a row: the visible label, and the one for screen readers.
    cancel: "Cancel",
    cancelOf: (name) => `Cancel ${name}`,
    remove: "Remove",
    removeOf: (name) => `Remove ${name}`,
    pick: "Choose",
    pickOf: (name) => `Choose ${name} again`,
    retry: "Retry",
    retryOf: (name) => `Retry ${name}`,
    open: "Thumbnails",
    openOf: (name) => `Thumbnails of ${name}`,
    bar: (name) => `Upload of ${name}`,

    // The summary.
    title: ({done, total, failed}) =>
      facts([done === total ? `${number(done)} done` : `${number(done)} of ${number(total)} done`, failed > 0 && `${number(failed)} failed`]),
    sending: ({sent, size, left}) =>
      facts([`${part(sent, size)} of ${bytes(size)}`, left !== null && `${time(left)} left`]),
    total: ({made, size}) => `${bytes(made)} from ${bytes(size)}`,
    barOfAll: "All uploads",
    cancelAll: "Cancel all",
    retryAll: "Retry all",
    openAll: "Open all",
    closeAll: "Close all",
    downloadAll: "Download all",
    clear: "Clear list",

    // An opened row.
    facts,
    bytes,
    box,
    percent,
    clock,

    // Notices.
    added: (many) => `${count(many, "file")} added.`,
    leftOut: (names) => `Already in the list, so not added again: ${some(names)}.`,
    unreadable: (names) => `Could not be read, so not added: ${some(names)}.`,
    emptyFolder: (names) => `There are no files in ${some(names)}.`,
    willBeForgotten: (many) =>
      `The browser's memory for this page is full. After a reload ${plural(many, {one: "one file is", other: `${number(many)} files are`})} missing from the list.`,
    missing: (names) => `Could not be fetched, so not in the archive: ${some(names)}.`,
    notFetched: "The thumbnails could not be fetched. Please try again.",

    longest: "This file is not a picture that we can read. Accepted formats are JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF, and BMP.",
  };
}
