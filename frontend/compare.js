/** Compares two files of the same size; needed only if the visitor chooses what looks like the same file again. */

import {breaths} from "./waiting.js";

/** Bytes to compare at a time. */
const PIECE = 1 << 20;

/**
 * Whether both files have the same bytes. Stops at the first difference.
 * @param {File} one
 * @param {File} other of the same size
 */
export async function isSame(one, other) {
  try {
    const breath = breaths();
    for (let start = 0; start < one.size; start += PIECE) {
      const [a, b] = await Promise.all([one, other].map((file) => file.slice(start, start + PIECE).arrayBuffer()));
      const [left, right] = [new Uint8Array(a), new Uint8Array(b)];
      if (left.length !== right.length || left.some((byte, at) => byte !== right[at])) return false;
      await breath();
    }
    return true;
  } catch {
    return false; // one of them can no longer be read: the upload will report it
  }
}
