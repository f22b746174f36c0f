/**
 * A small picture of the file itself, at once and without the network, where the browser can decode it. One after the
 * other: forty photos of twelve megapixels, decoded together, would take two gigabytes.
 */

/** Pixels of the shorter side: the box is 72 CSS pixels, and screens have up to three for each. */
const SIDE = 216;

/** What waits for its turn, by who wants it. @type {Map<object, () => Promise<void>>} */
const waiting = new Map();
/** What no browser of this kind can decode is not tried again. @type {WeakSet<File>} */
const unknown = new WeakSet();
let busy = false;

/**
 * A canvas with the file in it, when its turn has come; null when the browser cannot decode it, or when it is not wanted
 * any more.
 * @param {object} owner
 * @param {File} file
 * @returns {Promise<HTMLCanvasElement | null>}
 */
export function preview(owner, file) {
  if (unknown.has(file)) return Promise.resolve(null);
  return new Promise((resolve) => {
    abandoned.get(owner)?.();
    abandoned.set(owner, () => resolve(null));
    waiting.set(owner, async () => resolve(await draw(file)));
    next();
  });
}

/** Who waited, and how they are told that nothing comes. @type {WeakMap<object, () => void>} */
const abandoned = new WeakMap();

/** The owner does not want it any more: it has left the window. @param {object} owner */
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
 * @returns {Promise<HTMLCanvasElement | null>}
 */
async function draw(file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.min(picture.width, picture.height));
    // The box shows the middle of it (object-fit), so no more than a little beside the middle is kept.
    const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.min(SIDE, Math.round(side * scale))));
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
