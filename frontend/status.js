/** The status text of an upload, and its next action. */

import {saved} from "./figures.js";
import {reason, reasons, words} from "./language.js";
import {isOver, mayRetry, needsFile} from "./transfer.js";

/**
 * The status of the upload.
 * @param {Upload} upload
 * @param {Limits | null} limits
 * @returns {string}
 */
export function status(upload, limits) {
  const {stage, sent, size, left, problem, made} = upload;
  switch (stage) {
    case "waiting":
    case "signing":
      return words.waiting;
    case "uploading":
      return words.uploading({sent, size, left});
    case "done":
      return words.done({thumbnails: made?.thumbnails ?? 0, bytes: made?.bytes ?? 0, saved: saved(made?.bytes ?? 0, size)});
    case "stopped":
      return problem ? reason(problem, limits) : "";
    default:
      return words[stage];
  }
}

/**
 * The lines below the name: the file's facts and its status. A problem uses both lines.
 * @param {Upload} upload
 * @param {Limits | null} limits
 */
export function lines(upload, limits) {
  const {stage, size, made, problem} = upload;
  const said = status(upload, limits);
  if (stage === "stopped" || stage === "interrupted") return said;
  if (stage === "again" && problem) return `${reason(problem, limits)}\n${said}`;
  return `${words.facts([words.bytes(size), made && made.width > 0 && words.box(made)])}\n${said}`;
}

/** The next action. @param {Upload} upload @returns {Deed} */
export function deed(upload) {
  if (!isOver(upload)) return "cancel";
  if (upload.stage === "done") return "open";
  if (needsFile(upload)) return "pick";
  return mayRetry(upload) ? "retry" : "remove";
}

/** The labels of an action: the visible one, and the one for screen readers. @param {Deed} kind @param {string} name */
export const label = (kind, name) => [words[kind], words[`${kind}Of`](name)];

/** The longest list of formats to expect, until the service has responded. */
export const FORMATS = ["JPEG", "PNG", "WebP", "GIF", "AVIF", "HEIC", "TIFF", "BMP"];

/** The texts and labels that a row can show, and for which it reserves space (room.js). */
export function longest() {
  const [size, left, box] = [88_800_000, 5_280, {width: 88_888, height: 88_888}];
  const facts = words.facts([words.bytes(size), words.box(box)]);
  const stages = [
    words.uploading({sent: size, size, left}),
    ...[words.storing, words.slow, words.offline, words.converting],
    words.done({thumbnails: 88, bytes: size, saved: 0.88}),
  ];
  return {
    words: [...stages.map((stage) => `${facts}\n${stage}`), words.interrupted, words.longest],
    deeds: [words.cancel, words.remove, words.pick, words.retry, words.open],
  };
}

/** What rows can say about problems, once their sentences are loaded. */
export function problems() {
  return Object.entries(reasons).map(([code, say]) => {
    const sentence = say({accepted: FORMATS, limit: 100e6, megapixels: 888});
    return code === "network" || code === "busy" || code === "expired" ? `${sentence}\n${words.again}` : sentence;
  });
}
