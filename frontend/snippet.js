/** HTML for using a result in another page. */

/**
 * An <img> that lets the browser choose among the thumbnails. Only those with the largest one's shape are included,
 * because a cropped one shows a different picture, and only those with a margin if the largest one has one.
 *
 * With several formats, a <picture> with a <source> for each but the last, which the <img> has for browsers that know none
 * of the others. The main colour is its background until it has loaded, unless it would show through.
 * @param {Thumbnail[]} thumbnails at least one
 * @param {{thumbhash: string, color: string} | null} [placeholder] of the manifest
 * @returns {string}
 */
export function pictureHtml(thumbnails, placeholder) {
  const largest = thumbnails.reduce((best, next) => (next.width * next.height > best.width * best.height ? next : best));
  // Rounding to whole pixels distorts a small thumbnail's shape by up to half a pixel in each direction.
  const sameShape = (/** @type {Thumbnail} */ {width, height, padded}) =>
    Boolean(padded) === Boolean(largest.padded) &&
    Math.abs((height * largest.width) / largest.height - width) <= 0.5 + largest.width / largest.height / 2;
  const shown = thumbnails.filter(sameShape).sort((one, other) => one.width - other.width);
  const types = [...new Set(thumbnails.map(({type}) => type))];
  const last = /** @type {string} */ (types.pop());
  const sizes = `sizes="(max-width: ${largest.width}px) 100vw, ${largest.width}px"`;
  const srcset = (/** @type {string} */ type, /** @type {string} */ indent) => {
    const widths = new Map(shown.filter((each) => each.type === type).map(({width, url}) => [width, url]));
    return `srcset="${[...widths].map(([width, url]) => `${escape(url)} ${width}w`).join(`,\n${indent}        `)}"`;
  };
  const image = (/** @type {string} */ indent, style = "") => {
    const {url} = /** @type {Thumbnail} */ (shown.findLast(({type}) => type === last));
    const lines = [
      `<img src="${escape(url)}"`,
      srcset(last, indent),
      sizes,
      `width="${largest.width}" height="${largest.height}" alt=""${style}>`,
    ];
    return lines.join(`\n${indent}`);
  };
  if (types.length === 0) return image("     ");
  const sources = types.map((type) => `  <source type="${escape(type)}"\n          ${srcset(type, " ".repeat(10))}\n          ${sizes}>`);
  const covers = placeholder && !largest.padded && !transparent(placeholder);
  const style = covers ? ` style="background-color: ${escape(placeholder.color)}"` : "";
  return ["<picture>", ...sources, `  ${image("       ", style)}`, "</picture>"].join("\n");
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

/** Bit 23 of a ThumbHash (https://evanw.github.io/thumbhash/). @param {{thumbhash: string}} placeholder */
const transparent = ({thumbhash}) => atob(thumbhash).charCodeAt(2) >= 128;

/** @param {string} text */
const escape = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
