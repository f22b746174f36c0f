/** Where the point that cropped thumbnails keep is set, with the keyboard or a pointer. */

/** @typedef {[number, number]} Point shares of the width and height, from the left and the top of the upright picture */

/** A step of the arrow keys, and a small one with Shift. */
const STEP = 0.05, SMALL = 0.01;
/** @type {Record<string, Point>} */
const DIRECTIONS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

/** At most 1, at least 0, with the four decimals that the service keeps. @param {number} share */
const within = (share) => Math.round(1e4 * Math.min(1, Math.max(0, share))) / 1e4;

/**
 * Where the point is after a key; null if the key does not move it. Without a point it starts in the middle.
 * @param {Point | null} point
 * @param {{key: string, shiftKey?: boolean, altKey?: boolean, ctrlKey?: boolean, metaKey?: boolean}} pressed
 * @returns {Point | null}
 */
export function moved(point, {key, shiftKey, altKey, ctrlKey, metaKey}) {
  const direction = Object.hasOwn(DIRECTIONS, key) && DIRECTIONS[key];
  if (!direction || altKey || ctrlKey || metaKey) return null;
  const [x, y] = point ?? [0.5, 0.5];
  const step = shiftKey ? SMALL : STEP;
  return [within(x + step * direction[0]), within(y + step * direction[1])];
}

/**
 * Whether a key takes the point back.
 * @param {{key: string, altKey?: boolean, ctrlKey?: boolean, metaKey?: boolean}} pressed
 */
export const removes = ({key, altKey, ctrlKey, metaKey}) => ["Delete", "Backspace", "Escape"].includes(key) && !(altKey || ctrlKey || metaKey);

/**
 * The point of a picture in this place of the window.
 * @param {{left: number, top: number, width: number, height: number}} box of the picture
 * @param {{clientX: number, clientY: number}} place
 * @returns {Point}
 */
export const pointed = ({left, top, width, height}, {clientX, clientY}) => [within((clientX - left) / width), within((clientY - top) / height)];
