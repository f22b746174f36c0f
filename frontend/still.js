/** Shows the first frame of thumbnails that move: that is what `drawImage` takes of an image (HTML, canvas). */

import {make} from "./elements.js";

/** CSS pixels of a side of the list's square box (`--picture` in style.css), which a picture fills. */
const BOX = 72;

/** @param {HTMLImageElement} image loaded */
export function still(image) {
  const {naturalWidth: width, naturalHeight: height} = image;
  const canvas = make("canvas", {width: `${width}`, height: `${height}`, "aria-hidden": "true"});
  canvas.getContext("2d")?.drawImage(image, 0, 0);
  return canvas;
}

/**
 * The smallest thumbnail that fills the box in the list; if none does, as of a panorama, the one that comes closest.
 * @template {{width: number, height: number}} T
 * @param {T[]} made
 * @returns {T | undefined}
 */
export function fitting(made) {
  const side = (/** @type {T} */ {width, height}) => Math.min(width, height, BOX);
  const area = (/** @type {T} */ {width, height}) => width * height;
  return [...made].sort((one, other) => side(other) - side(one) || area(one) - area(other))[0];
}

/**
 * The thumbnail for the list, which loads; null without one. It does not move, because it is one of many in a list.
 * @param {Thumbnail[]} made
 * @param {{onLoad: (picture: HTMLElement) => void, onError: () => void}} told
 * @returns {HTMLImageElement | null}
 */
export function listed(made, {onLoad, onError}) {
  const least = fitting(made);
  if (!least) return null;
  const image = make("img", {alt: "", decoding: "async"});
  image.addEventListener("load", () => {
    const picture = least.frames ? still(image) : image;
    picture.className = "picture";
    onLoad(picture);
  });
  image.addEventListener("error", onError, {once: true});
  image.src = least.url;
  return image;
}
