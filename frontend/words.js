/** Numbers as people read them. The page speaks English, so its numbers do, whatever the browser's language. */

const number = (/** @type {number} */ value, digits = 0) => value.toLocaleString("en", {maximumFractionDigits: digits});

/**
 * "840 bytes", "24 KB", "2.3 MB": decimal, as the service's limits are.
 * @param {number} count
 */
export function bytes(count) {
  if (count < 1000) return `${number(count)} bytes`;
  if (count < 999_500) return `${number(count / 1e3)} KB`;
  return `${number(count / 1e6, count < 99.95e6 ? 1 : 0)} MB`;
}

/**
 * "3 files"
 * @param {number} count
 * @param {string} noun
 */
export const some = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

/**
 * "1 of 40 MB": both in the unit of the whole, so that the line keeps its width.
 * @param {number} part
 * @param {number} whole
 */
export function bytesOf(part, whole) {
  const inMegabytes = whole >= 999_500;
  const digits = inMegabytes && whole < 99.95e6 ? 1 : 0;
  const amount = (part / (inMegabytes ? 1e6 : 1e3)).toLocaleString("en", {minimumFractionDigits: digits, maximumFractionDigits: digits});
  return whole < 1000 ? bytes(whole) : `${amount} of ${bytes(whole)}`;
}

/**
 * "about 3 min left"; nothing when unknown.
 * @param {number | null} seconds
 */
export function left(seconds) {
  if (seconds === null) return "";
  if (seconds < 60) return `${Math.max(1, Math.ceil(seconds))} s left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${Math.round(seconds / 3600)} h left`;
}

/**
 * "99 % smaller", or nothing when it is not worth saying.
 * @param {number} now
 * @param {number} before
 */
export function saved(now, before) {
  const percent = Math.min(99, Math.round(100 * (1 - now / before)));
  return percent >= 1 ? `${percent} % smaller` : "";
}

/**
 * "JPEG" of "photo.jpg": what stands where a preview would be.
 * @param {string} name
 */
export const extension = (name) => /\.([a-z0-9]{2,5})$/i.exec(name)?.[1].toUpperCase() ?? "";

/**
 * "160 × 120"
 * @param {{width: number, height: number}} box
 */
export const dimensions = ({width, height}) => `${width} × ${height}`;

/**
 * "160, 320 and 640 pixels": the sizes that are made; a cropped one with both sides.
 * @param {{width: number, height: number, crop: boolean}[]} sizes
 */
export function sizeList(sizes) {
  const words = sizes.map((size) => (size.crop ? dimensions(size) : String(size.width)));
  const last = words.pop();
  return `${words.length ? `${words.join(", ")} and ${last}` : last} pixels`;
}
