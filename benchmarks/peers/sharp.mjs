/**
 * node sharp.mjs WAY '{"sides": […], "quality": …, "effort": …}': sharp, asked by worker.py's protocol, a line of JSON in,
 * a line of JSON out. WAY is documented: one pipeline for each size; or cascade: one decode, each size from the one before.
 */
import {readFileSync} from "node:fs";
import {createInterface} from "node:readline";
import sharp from "sharp";

const [, , way, settings] = process.argv;
const {sides, ...webp} = JSON.parse(settings);

sharp.concurrency(1);
sharp.cache(false); // the same picture comes again and again here, as it never does in earnest

const box = (side) => ({width: side, height: side, fit: "inside", withoutEnlargement: true});
const open = (original) => sharp(original, {limitInputPixels: false, animated: moves});

const WAYS = {
  documented: (original) => Promise.all(sides.map((side) => open(original).autoOrient().resize(box(side)).webp(webp).toBuffer())),
  async cascade(original) {
    const made = [];
    const {loop, delay} = moves ? await open(original).metadata() : {};
    let picture = open(original).autoOrient();
    for (const side of sides) {
      const {data, info} = await picture.resize(box(side)).raw().toBuffer({resolveWithObject: true});
      const {width, height, channels, pageHeight} = info;
      const raw = {width, height, channels, ...(moves && {pageHeight})};
      const again = () => sharp(data, {raw, animated: moves, limitInputPixels: false});
      made.push(await again().webp({...webp, ...(moves && {loop, delay})}).toBuffer());
      picture = again();
    }
    return made;
  },
};

const thumbnails = WAYS[way];
let original;
let moves = false;
let made = [];

const commands = {
  version: () => `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}, Node.js ${process.versions.node}`,
  open: ({path, moves: all}) => {
    moves = all;
    original = readFileSync(path);
  },
  async convert({times}) {
    const before = process.cpuUsage();
    for (let turn = 0; turn < times; turn++) made = await thumbnails(original);
    const {user, system} = process.cpuUsage(before);
    return (user + system) / 1e6 / times;
  },
  thumbnails: () => made.map((file) => file.toString("base64")),
  peak: () => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "latin1"))[1]) * 1024,
};

for await (const line of createInterface({input: process.stdin})) {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = {answer: (await commands[command.do](command)) ?? null};
  } catch (error) {
    answer = {error: error.message};
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
