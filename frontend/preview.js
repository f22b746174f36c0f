/**
 * A small preview of the file itself, without the network, if the browser can decode it. Previews are decoded one after
 * the other, because forty photos of twelve megapixels, decoded together, would take two gigabytes. The list shows them
 * only to people who wait, because a browser decodes the whole file, however small the preview.
 */

/** Pixels of the shorter side: the box is 72 CSS pixels, and screens have up to three device pixels for each. */
const SIDE = 216;
/** Pixels of the longer side of a whole picture: up to 320 CSS pixels, with two device pixels for each. */
const WHOLE = 640;

/**
 * Milliseconds until a file of the list is drawn. On a fast connection its thumbnail is there by then, and the browser decodes
 * a few kilobytes instead of the whole photo.
 */
const SOON = 3_000;
/** Milliseconds between two files of the list, because decoding competes with the uploads. */
const PAUSE = 1_000;

/** @typedef {{due: number, whole: boolean, drawn: Promise<HTMLCanvasElement | null>, draw: () => Promise<void>, leave: () => void}} Task */

/** Waiting previews, by owner. @type {Map<object, Task>} */
const waiting = new Map();
/** Files that this browser cannot decode, so that they are not tried again. @type {WeakSet<File>} */
const unknown = new WeakSet();
let busy = false;
/** When the next file of the list may be drawn. */
let rested = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * A canvas with the file, when its turn has come; null if the browser cannot decode it, or if it is no longer
 * wanted.
 * @param {object} owner
 * @param {File} file
 * @param {boolean} [whole] not only its centre, larger, and at once
 * @returns {Promise<HTMLCanvasElement | null>}
 */
export function preview(owner, file, whole = false) {
  const known = waiting.get(owner);
  if (known) return known.drawn;
  if (unknown.has(file)) return Promise.resolve(null);
  /** @type {(canvas: HTMLCanvasElement | null) => void} */
  let answer = () => {};
  const drawn = new Promise((/** @type {typeof answer} */ resolve) => (answer = resolve));
  const due = whole ? 0 : performance.now() + SOON;
  waiting.set(owner, {due, whole, drawn, draw: async () => answer(await draw(file, whole)), leave: () => answer(null)});
  plan();
  return drawn;
}

/** The owner no longer needs it. @param {object} owner */
export function forget(owner) {
  waiting.get(owner)?.leave();
  waiting.delete(owner);
}

/** Draws the next one when it is due. */
function plan() {
  clearTimeout(timer);
  if (busy || waiting.size === 0) return;
  const at = (/** @type {Task} */ {due, whole}) => (whole ? due : Math.max(due, rested));
  const [owner, task] = [...waiting].reduce((first, next) => (at(next[1]) < at(first[1]) ? next : first));
  timer = setTimeout(async () => {
    if (waiting.get(owner) !== task) return plan(); // forgotten meanwhile
    busy = true;
    await task.draw();
    busy = false;
    if (waiting.get(owner) === task) waiting.delete(owner);
    if (!task.whole) rested = performance.now() + PAUSE;
    plan();
  }, at(task) - performance.now());
}

/**
 * @param {File} file
 * @param {boolean} whole
 * @returns {Promise<HTMLCanvasElement | null>}
 */
async function draw(file, whole) {
  try {
    const picture = await createImageBitmap(file);
    const most = whole ? WHOLE : SIDE;
    const scale = Math.min(1, most / Math[whole ? "max" : "min"](picture.width, picture.height));
    // The box shows the centre of the picture (object-fit), so little more than that is kept.
    const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.min(most, Math.round(side * scale))));
    const canvas = Object.assign(document.createElement("canvas"), {width, height});
    const [across, down] = [width / scale, height / scale];
    const context = canvas.getContext("2d");
    if (!context) return null;
    context.imageSmoothingQuality = "medium";
    context.drawImage(picture, (picture.width - across) / 2, (picture.height - down) / 2, across, down, 0, 0, width, height);
    picture.close();
    return canvas;
  } catch {
    unknown.add(file);
    return null;
  }
}
