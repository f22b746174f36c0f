/**
 * node sharp_crop.mjs: where sharp would cut, a line of JSON in ({"path", "size": [width, height], "strategy"}), one out
 * ([left, top], not above 0).
 */
import {createInterface} from "node:readline";
import sharp from "sharp";

sharp.concurrency(1);

for await (const line of createInterface({input: process.stdin})) {
  const {path, size, strategy} = JSON.parse(line);
  const [width, height] = size;
  const picture = sharp(path).resize({width, height, fit: "cover", position: sharp.strategy[strategy]});
  const {info} = await picture.raw().toBuffer({resolveWithObject: true});
  process.stdout.write(JSON.stringify([info.cropOffsetLeft ?? 0, info.cropOffsetTop ?? 0]) + "\n");
}
