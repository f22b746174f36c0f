/** The opened row: each thumbnail at its true size, with its address and HTML to copy. */

import {button, make, write} from "./elements.js";
import {saved} from "./figures.js";
import {words} from "./language.js";
import {expiry, pictureHtml} from "./snippet.js";
import {FORMATS} from "./status.js";
import {still} from "./still.js";
import {apply} from "./styles.js";
import {decode} from "./thumbhash.js";
import {LANGUAGES} from "./thumbnails-words.js";

await apply(new URL("./thumbnails.css", import.meta.url).href);

const own = LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (document.documentElement.lang)];

/** How long a button confirms its action. */
const SAID = 2_000;

/** The name of a format, such as "WebP" for "image/webp". @param {string} type */
const format = (type) => FORMATS.find((each) => type === `image/${each.toLowerCase()}`) ?? type;

/**
 * What an opened row shows.
 * @param {Upload} upload
 * @param {Manifest} manifest
 * @param {Actions} actions
 * @returns {HTMLElement}
 */
export function panel(upload, manifest, {refresh, announce, limits, erase}) {
  const {name} = upload;
  const made = make("div", {class: "panel"}, ...thumbnails(name, manifest, {refresh: () => refresh(upload), announce}));
  if (limits()?.erasable) {
    import("./erasing.js").then(({eraser}) => made.append(eraser(name, {erase: () => erase(upload), announce})), () => {});
  }
  return made;
}

/**
 * @param {string} name of the file
 * @param {Manifest} manifest
 * @param {{refresh: () => Promise<Manifest | null>, announce: (text: string) => void}} actions
 *   refresh: fetches the manifest with fresh addresses
 * @returns {Node[]}
 */
function thumbnails(name, manifest, {refresh, announce}) {
  const state = {manifest, refreshed: /** @type {Promise<Manifest | null> | null} */ (null)};
  const thumbnail = (/** @type {number} */ index) => state.manifest.thumbnails[index];

  const copy = async (/** @type {string} */ text, /** @type {string} */ label, /** @type {HTMLButtonElement} */ pressed) => {
    try {
      await navigator.clipboard.writeText(text);
      write(pressed, own.copied);
      announce(own.copied);
    } catch {
      write(pressed, own.notAllowed);
      announce(own.notCopied);
    }
    setTimeout(() => write(pressed, label), SAID);
  };

  /** Presigned addresses expire; an image that does not load may only need a fresh one. Requested once for the whole row. */
  const renew = async (/** @type {number} */ index, /** @type {HTMLImageElement} */ image, /** @type {HTMLAnchorElement} */ link) => {
    state.refreshed ??= refresh().catch(() => null);
    state.manifest = (await state.refreshed) ?? state.manifest;
    image.src = link.href = thumbnail(index).url;
  };

  const several = new Set(manifest.thumbnails.map(({type}) => type)).size > 1;

  const figures = manifest.thumbnails.map((facts, index) => {
    const {width, height, url} = facts;
    const size = several ? `${facts.size}, ${format(facts.type)}` : facts.size;
    const image = make("img", {width: `${width}`, height: `${height}`, alt: own.picture({name, size}), decoding: "async"});
    const link = make("a", {href: url, target: "_blank", rel: "noopener noreferrer"}, size);
    const frame = make("div", {class: "frame"}, image);
    const blur = manifest.placeholder && placeholder(manifest.placeholder);
    if (blur) frame.prepend(blur);
    image.addEventListener("load", () => blur?.remove());
    if (facts.frames) {
      image.className = "moves";
      image.addEventListener("load", () => frame.prepend(Object.assign(still(image), {className: "first"})), {once: true});
    }
    image.addEventListener("error", () => renew(index, image, link), {once: true});
    image.src = url;
    const less = manifest.original && saved(facts.bytes, manifest.original.bytes);
    const {copyAddress} = own;
    return make(
      "figure",
      {},
      frame,
      make(
        "figcaption",
        {},
        make("div", {}, link, " ", words.box(facts)),
        make("div", {class: "fact"}, words.facts([words.bytes(facts.bytes), less ? own.smaller(words.percent(less)) : ""])),
        button(copyAddress, own.copyAddressOf({name, size}), (pressed) => copy(thumbnail(index).url, copyAddress, pressed)),
      ),
    );
  });

  const until = manifest.thumbnails.length > 0 && expiry(manifest.thumbnails[0].url);
  const {copyHtml} = own;
  return [
    make("div", {class: "figures"}, ...figures),
    make(
      "p",
      {class: "fact take"},
      button(copyHtml, own.copyHtmlOf(name), (pressed) => copy(pictureHtml(state.manifest.thumbnails, state.manifest.placeholder), copyHtml, pressed)),
      " ",
      until ? own.until(words.clock(until)) : "",
    ),
  ];
}

/**
 * The blurred placeholder that is shown until the thumbnail has loaded; null if the service's hash cannot be read.
 * @param {{thumbhash: string, color: string}} placeholder
 */
function placeholder({thumbhash}) {
  try {
    const {width, height, rgba} = decode(thumbhash);
    const canvas = make("canvas", {width: `${width}`, height: `${height}`, "aria-hidden": "true"});
    canvas.getContext("2d")?.putImageData(new ImageData(rgba, width, height), 0, 0);
    return canvas;
  } catch {
    return null;
  }
}
