/** Compares two files of the same size: needed only when somebody chooses what looks like the same file again. */

import {breaths} from "./waiting.js";

/** Bytes that are compared at a time. */
const PIECE = 1 << 20;

/**
 * Whether both hold the same bytes. Ends with the first difference.
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
    return false; // one of them cannot be read any more: the upload will say which
  }
}
