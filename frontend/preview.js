/**
 * A small preview of the file itself, without the network, if the browser can decode it. Previews are decoded one after
 * the other, because forty photos of twelve megapixels, decoded together, would take two gigabytes.
 */

/** Pixels of the shorter side: the box is 72 CSS pixels, and screens have up to three device pixels for each. */
const SIDE = 216;
/** Pixels of the longer side of a whole picture: up to 320 CSS pixels, with two device pixels for each. */
const WHOLE = 640;

/** Waiting previews, by owner. @type {Map<object, () => Promise<void>>} */
const waiting = new Map();
/** Files that this browser cannot decode, so that they are not tried again. @type {WeakSet<File>} */
const unknown = new WeakSet();
let busy = false;

/**
 * A canvas with the file, when its turn has come; null if the browser cannot decode it, or if it is no longer
 * wanted.
 * @param {object} owner
 * @param {File} file
 * @param {boolean} [whole] not only its centre, and larger
 * @returns {Promise<HTMLCanvasElement | null>}
 */
export function preview(owner, file, whole = false) {
  if (unknown.has(file)) return Promise.resolve(null);
  return new Promise((resolve) => {
    abandoned.get(owner)?.();
    abandoned.set(owner, () => resolve(null));
    waiting.set(owner, async () => resolve(await draw(file, whole)));
    next();
  });
}

/** Callbacks that end an owner's wait without a preview. @type {WeakMap<object, () => void>} */
const abandoned = new WeakMap();

/** The owner no longer needs it, because it has left the window. @param {object} owner */
export function forget(owner) {
  if (waiting.delete(owner)) abandoned.get(owner)?.();
}

async function next() {
  if (busy) return;
  busy = true;
  for (const [owner, task] of waiting) {
    waiting.delete(owner);
    await task();
  }
  busy = false;
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
