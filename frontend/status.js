/** What is said of one upload, in words, and what is offered for it. */

import {reason, words} from "./language.js";
import {saved} from "./saved.js";
import {isOver, mayRetry} from "./uploads.js";

/**
 * @typedef {import("./uploads.js").Upload} Upload
 * @typedef {import("./service.js").Limits} Limits
 * @typedef {"cancel" | "open" | "again" | "retry" | "remove"} Deed
 */

/**
 * How far it is.
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
 * What stands below the name, each on its line: the file's facts and how far it is. What needs somebody has the room of both.
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

/** The one thing to do next. @param {Upload} upload @returns {Deed} */
export function deed(upload) {
  if (!isOver(upload)) return "cancel";
  if (upload.stage === "done") return "open";
  if (upload.stage === "interrupted") return "again";
  return mayRetry(upload) ? "retry" : "remove";
}

/** What the deed is called: what is seen, and what is read out. @param {Deed} kind @param {string} name */
export function label(kind, name) {
  return {
    cancel: [words.cancel, words.cancelOf(name)],
    open: [words.open, words.openOf(name)],
    again: [words.again_, words.againOf(name)],
    retry: [words.retry, words.retryOf(name)],
    remove: [words.remove, words.removeOf(name)],
  }[kind];
}

/** Formats as they may be listed at most, until the service has said which ones it takes. */
export const FORMATS = ["JPEG", "PNG", "WebP", "GIF", "AVIF", "HEIC", "TIFF", "BMP"];

/** The longest that a row may ever say and offer: what it keeps room for (room.js). */
export function longest() {
  const [size, left, box] = [88_800_000, 5_280, {width: 88_888, height: 88_888}];
  const facts = words.facts([words.bytes(size), words.box(box)]);
  const stages = [
    words.uploading({sent: size, size, left}),
    ...[words.storing, words.slow, words.offline, words.converting],
    words.done({thumbnails: 88, bytes: size, saved: 0.88}),
  ];
  const problems = Object.entries(words.reasons).map(([code, say]) => {
    const sentence = say({accepted: FORMATS, limit: 100e6, megapixels: 888});
    return code === "network" || code === "busy" || code === "expired" ? `${sentence}\n${words.again}` : sentence;
  });
  return {
    words: [...stages.map((stage) => `${facts}\n${stage}`), ...problems, words.interrupted],
    deeds: [words.cancel, words.remove, words.again_, words.retry, words.open],
  };
}
