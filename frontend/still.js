/** Shows the first frame of thumbnails that move: that is what `drawImage` takes of an image (HTML, canvas). */

import {make} from "./elements.js";

/** @param {HTMLImageElement} image loaded */
export function still(image) {
  const {naturalWidth: width, naturalHeight: height} = image;
  const canvas = make("canvas", {width: `${width}`, height: `${height}`, "aria-hidden": "true"});
  canvas.getContext("2d")?.drawImage(image, 0, 0);
  return canvas;
}

/**
 * The smallest thumbnail, which loads; null without one. It does not move, because it is one of many in a list.
 * @param {import("./result.js").Thumbnail[]} made
 * @param {{onLoad: (picture: HTMLElement) => void, onError: () => void}} told
 * @returns {HTMLImageElement | null}
 */
export function smallest(made, {onLoad, onError}) {
  const least = made.reduce((best, next) => (next.width < best.width ? next : best), made[0]);
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
