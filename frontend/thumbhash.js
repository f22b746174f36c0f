/**
 * ThumbHash: a blurred picture in about 25 bytes. Decoded according to https://evanw.github.io/thumbhash/ and its reference
 * implementation (github.com/evanw/thumbhash, MIT licence): luminance, two colour differences and, with transparency,
 * alpha, each as the lowest coefficients of a cosine transform.
 */

/** The longer side of a decoded placeholder, in pixels, as in the reference implementation. */
const SIDE = 32;

/**
 * @param {string} base64
 * @returns {{width: number, height: number, rgba: Uint8ClampedArray<ArrayBuffer>}} not premultiplied, row by row
 */
export function decode(base64) {
  const hash = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const header = hash[0] | (hash[1] << 8) | (hash[2] << 16);
  const shape = hash[3] | (hash[4] << 8);
  const transparent = header >> 23 === 1;
  const longer = transparent ? 5 : 7;
  const [columns, rows] = shape >> 15 ? [longer, shape & 7] : [shape & 7, longer];

  let nibble = transparent ? 12 : 10; // the header's length in half bytes
  /** The coefficients of one channel; the constant one is in the header. */
  const channel = (/** @type {number} */ nx, /** @type {number} */ ny, /** @type {number} */ constant, /** @type {number} */ scale) => {
    /** @type {{cx: number, cy: number, factor: number}[]} */
    const terms = [];
    for (let cy = 0; cy < ny; cy += 1) {
      for (let cx = cy ? 0 : 1; cx * ny < nx * (ny - cy); cx += 1, nibble += 1) {
        const value = (hash[nibble >> 1] >> ((nibble & 1) * 4)) & 15;
        terms.push({cx, cy, factor: 2 * (value / 7.5 - 1) * scale});
      }
    }
    return (/** @type {number[]} */ fx, /** @type {number[]} */ fy) =>
      terms.reduce((sum, {cx, cy, factor}) => sum + factor * fx[cx] * fy[cy], constant);
  };
  // The colour channels' scales are increased by a quarter, to compensate for quantisation.
  const luminance = channel(Math.max(3, columns), Math.max(3, rows), (header & 63) / 63, ((header >> 18) & 31) / 31);
  const yellowBlue = channel(3, 3, ((header >> 6) & 63) / 31.5 - 1, (((shape >> 3) & 63) / 63) * 1.25);
  const redGreen = channel(3, 3, ((header >> 12) & 63) / 31.5 - 1, (((shape >> 9) & 63) / 63) * 1.25);
  const alpha = transparent ? channel(5, 5, (hash[5] & 15) / 15, (hash[5] >> 4) / 15) : () => 1;

  const ratio = columns / rows;
  const width = Math.round(ratio > 1 ? SIDE : SIDE * ratio);
  const height = Math.round(ratio > 1 ? SIDE / ratio : SIDE);
  const waves = (/** @type {number} */ position, /** @type {number} */ length) =>
    Array.from({length: 7}, (_, order) => Math.cos((Math.PI / length) * (position + 0.5) * order));
  const across = Array.from({length: width}, (_, x) => waves(x, width));
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, at = 0; y < height; y += 1) {
    const fy = waves(y, height);
    for (const fx of across) {
      const l = luminance(fx, fy);
      const p = yellowBlue(fx, fy);
      const q = redGreen(fx, fy);
      const b = l - (2 / 3) * p;
      const r = (3 * l - b + q) / 2;
      for (const value of [r, r - q, b, alpha(fx, fy)]) rgba[at++] = 255 * value;
    }
  }
  return {width, height, rgba};
}
