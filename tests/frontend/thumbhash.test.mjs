import assert from "node:assert/strict";
import {test} from "node:test";

import {decode} from "../../frontend/thumbhash.js";

// Hashes of gradients, and some pixels of what the reference implementation (npm thumbhash 0.1.1, thumbHashToRGBA) makes
// of each: [x, y, red, green, blue, alpha]. It cuts fractions off where a clamped array rounds them: one may be between.
const VECTORS = [
  {
    what: "a wide picture",
    hash: "HAkKRJqxh4ewd3d4h4cgMQf3eA==",
    width: 32,
    height: 18,
    pixels: [
      [0, 0, 0, 0, 225, 255],
      [31, 0, 243, 3, 92, 255],
      [0, 17, 0, 255, 119, 255],
      [31, 17, 240, 244, 168, 255],
      [16, 9, 142, 125, 23, 255],
      [5, 7, 28, 97, 148, 255],
    ],
  },
  {
    what: "a tall picture",
    hash: "HPkJSxqxsId3h3iHIDEH94g=",
    width: 14,
    height: 32,
    pixels: [
      [0, 0, 0, 0, 250, 255],
      [13, 0, 243, 0, 87, 255],
      [0, 31, 0, 255, 116, 255],
      [13, 31, 250, 246, 168, 255],
      [7, 16, 141, 137, 18, 255],
      [5, 7, 98, 39, 82, 255],
    ],
  },
  {
    what: "a square picture",
    hash: "HAkKTxqxh4ewd3d4h3d4h3eHCBJzgI8H",
    width: 32,
    height: 32,
    pixels: [
      [0, 0, 0, 0, 241, 255],
      [31, 0, 250, 0, 90, 255],
      [0, 31, 0, 255, 124, 255],
      [31, 31, 255, 244, 171, 255],
      [16, 16, 142, 138, 23, 255],
      [5, 7, 26, 28, 194, 255],
    ],
  },
  {
    what: "a picture with transparency",
    hash: "WbiFPJBJoohwiHhnJwJyUq/4WIeIeIeICA==",
    width: 32,
    height: 26,
    pixels: [
      [0, 0, 0, 7, 221, 255],
      [31, 0, 126, 70, 109, 79],
      [0, 25, 11, 236, 97, 190],
      [31, 25, 119, 172, 119, 79],
      [16, 13, 112, 129, 45, 149],
      [5, 7, 25, 62, 170, 255],
    ],
  },
];

for (const {what, hash, width, height, pixels} of VECTORS) {
  test(`${what} is decoded as the reference does it`, () => {
    const decoded = decode(hash);
    assert.deepEqual([decoded.width, decoded.height], [width, height]);
    for (const [x, y, ...expected] of pixels) {
      const at = 4 * (y * width + x);
      const seen = [...decoded.rgba.subarray(at, at + 4)];
      assert.ok(
        seen.every((value, channel) => Math.abs(value - expected[channel]) <= 1),
        `pixel ${x}, ${y}: ${seen} instead of ${expected}`,
      );
    }
  });
}
