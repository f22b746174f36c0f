/**
 * A small picture of the file itself, at once and without the network, where the browser can decode it. One after the
 * other: forty photos of twelve megapixels, decoded together, would take two gigabytes.
 */

/** Pixels of the shorter side: the box is 72 CSS pixels, and screens have up to three for each. */
const SIDE = 216;

let last = Promise.resolve();

/**
 * Draws the file into the canvas when its turn has come.
 * @param {File} file
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<boolean>} whether the browser could
 */
export function preview(file, canvas) {
  const drawn = last.then(() => draw(file, canvas));
  last = drawn.then(() => {});
  return drawn;
}

/**
 * @param {File} file
 * @param {HTMLCanvasElement} canvas
 */
async function draw(file, canvas) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.min(picture.width, picture.height));
    // The box shows the middle of it (object-fit), so no more than a little beside the middle is kept.
    const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.min(SIDE, Math.round(side * scale))));
    Object.assign(canvas, {width, height});
    const [across, down] = [width / scale, height / scale];
    const context = canvas.getContext("2d");
    if (!context) return false;
    context.imageSmoothingQuality = "medium";
    context.drawImage(picture, (picture.width - across) / 2, (picture.height - down) / 2, across, down, 0, 0, width, height);
    picture.close();
    return true;
  } catch {
    return false;
  }
}
