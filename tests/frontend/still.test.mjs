import assert from "node:assert/strict";
import {test} from "node:test";

import {fitting} from "../../frontend/still.js";

/** @param {[number, number][]} boxes */
const made = (...boxes) => boxes.map(([width, height]) => ({width, height}));

for (const {what, boxes, taken} of [
  {what: "the smallest of a photo", boxes: made([160, 120], [320, 240], [640, 480]), taken: 0},
  {what: "the smallest, wherever it is listed", boxes: made([640, 480], [320, 240], [160, 120]), taken: 2},
  {what: "of a panorama, the smallest that is high enough", boxes: made([160, 40], [320, 80], [640, 160]), taken: 1},
  {what: "of a tower, the smallest that is wide enough", boxes: made([40, 160], [80, 320], [160, 640]), taken: 1},
  {what: "of a ribbon, the highest", boxes: made([160, 16], [320, 32], [640, 64]), taken: 2},
  {what: "the preferred one of two formats", boxes: made([160, 120], [320, 240], [160, 120], [320, 240]), taken: 0},
  {what: "nothing of nothing", boxes: made(), taken: 0},
]) {
  test(`the list shows ${what}`, () => assert.equal(fitting(boxes), boxes[taken]));
}
