/** HTML for using a result in another page. */

/** @typedef {import("./result.js").Thumbnail} Thumbnail */

/**
 * An <img> that lets the browser choose among the thumbnails. Only those with the largest one's shape are included,
 * because a cropped one shows a different picture, and only those with a margin if the largest one has one.
 * @param {Thumbnail[]} thumbnails at least one
 * @returns {string}
 */
export function imageTag(thumbnails) {
  const largest = thumbnails.reduce((best, next) => (next.width * next.height > best.width * best.height ? next : best));
  // Rounding to whole pixels distorts a small thumbnail's shape by up to half a pixel in each direction.
  const sameShape = (/** @type {Thumbnail} */ {width, height, padded}) =>
    Boolean(padded) === Boolean(largest.padded) &&
    Math.abs((height * largest.width) / largest.height - width) <= 0.5 + largest.width / largest.height / 2;
  const widths = new Map(thumbnails.filter(sameShape).map((thumbnail) => [thumbnail.width, thumbnail]));
  const sources = [...widths.values()].sort((one, other) => one.width - other.width);
  return [
    `<img src="${escape(largest.url)}"`,
    `     srcset="${sources.map(({url, width}) => `${escape(url)} ${width}w`).join(",\n             ")}"`,
    `     sizes="(max-width: ${largest.width}px) 100vw, ${largest.width}px"`,
    `     width="${largest.width}" height="${largest.height}" alt="">`,
  ].join("\n");
}

/**
 * When a presigned address expires; null if it never does.
 * @param {string} url
 * @returns {Date | null}
 */
export function expiry(url) {
  const {searchParams} = new URL(url);
  const signed = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(searchParams.get("X-Amz-Date") ?? "");
  const seconds = Number(searchParams.get("X-Amz-Expires"));
  if (!signed || !seconds) return null;
  const [year, month, day, hour, minute, second] = signed.slice(1).map(Number);
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second + seconds));
}

/** @param {string} text */
const escape = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
