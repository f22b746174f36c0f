/** One file is one row, from the first moment to the last, and its height does not change until somebody opens it. */

import {button, make} from "./elements.js";
import {preview} from "./preview.js";
import {thumbnails} from "./thumbnails.js";
import {isOver, mayRetry} from "./uploads.js";
import {bytes, bytesOf, dimensions, extension, left, saved, some} from "./words.js";

/** @typedef {import("./uploads.js").Upload} Upload */

/**
 * What the row says of the upload, in words.
 * @param {Upload} upload
 * @returns {string}
 */
export function status(upload) {
  switch (upload.stage) {
    case "waiting":
    case "signing":
      return "Waiting";
    case "uploading":
      return ["Uploading", bytesOf(upload.sent, upload.size), left(upload.left)].filter(Boolean).join(", ");
    case "offline":
      return "No connection. It goes on by itself.";
    case "again":
      return `${upload.problem?.message} Trying again.`;
    case "converting":
      return "Making thumbnails";
    case "slow":
      return "Still making thumbnails. It takes longer than usual.";
    case "done":
      return done(upload);
    case "stopped":
      return upload.problem?.message ?? "";
    case "cancelled":
      return "Cancelled";
    case "interrupted":
      return "Not uploaded before the page was closed. Choose the file again and it goes on.";
  }
}

/**
 * What stands below the name: the file's facts and its status, each on its line. What needs somebody has the room of both.
 * @param {Upload} upload
 */
function words(upload) {
  if (upload.stage === "stopped" || upload.stage === "interrupted") return status(upload);
  const original = upload.manifest?.original;
  const facts = [bytes(upload.size), original && dimensions(original)].filter(Boolean).join(", ");
  return `${facts}\n${status(upload)}`;
}

/** The longest that a row may say below its name and on its button: what it keeps room for (room.js). */
export const LONGEST = {
  words: [
    "888.8 MB, 88,888 × 88,888\n88 thumbnails, 888.8 MB, 88 % smaller",
    "888.8 MB\nUploading, 888.8 of 888.8 MB, about 88 min left",
    "888.8 MB\nStill making thumbnails. It takes longer than usual.",
    "888.8 MB\nThe service does not answer as it should. Please try again in a moment. Trying again.",
    "888.8 MB\nThe storage could not take the file just now. Please try again in a moment. Trying again.",
    "Not uploaded before the page was closed. Choose the file again and it goes on.",
    "There is no result yet. The picture has arrived and may still be converted.",
    "The file can no longer be read. Was it changed or moved? Please choose it again.",
    "This type of file is not accepted. Please choose JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIF or HEIC.",
    "This file is not a picture that we can read. Accepted are JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIF or HEIC.",
    "The picture takes too much work to read. Please save it again in a common format, such as JPEG or PNG.",
    "The picture is damaged and cannot be read. Please export it again, or choose another one.",
    "The picture has more than 888 megapixels. Please upload a smaller version.",
    "Something went wrong on our side, and we have been told. Please try again later.",
  ],
  deeds: ["Cancel", "Remove", "Choose", "Retry", "Thumbnails"],
};

/** @param {Upload} upload */
function done({manifest, size}) {
  const made = manifest?.thumbnails ?? [];
  const total = made.reduce((sum, thumbnail) => sum + thumbnail.bytes, 0);
  return [some(made.length, "thumbnail"), bytes(total), saved(total, size)].filter(Boolean).join(", ");
}

export class Row {
  element = make("li", {class: "row"});
  #upload;
  #actions;
  #kind = "";
  #canvas = make("canvas", {class: "picture", width: "1", height: "1"});
  #box = make("div", {class: "preview", "aria-hidden": "true"});
  #words = make("p", {class: "words"});
  #bar;
  #buttons = make("div", {class: "actions"});
  #panel;

  /**
   * @param {Upload} upload
   * @param {{retry: () => void, remove: () => void, choose: () => void, announce: (text: string) => void,
   *   onToggle: () => void, refresh: () => Promise<import("./result.js").Manifest | null>}} actions
   */
  constructor(upload, actions) {
    this.#upload = upload;
    this.#actions = actions;
    this.#bar = make("progress", {max: "1", "aria-label": `Upload of ${upload.name}`});
    this.#panel = make("div", {class: "panel", id: `thumbnails-${upload.id}`, hidden: ""});
    // The end of a name tells photos apart, so a long one is cut in the middle.
    let cut = Math.max(0, upload.name.length - 10);
    while (upload.name[cut] === " ") cut += 1;
    const name = make("h3", {class: "name", title: upload.name}, make("span", {}, upload.name.slice(0, cut)), make("span", {}, upload.name.slice(cut)));
    this.#box.append(extension(upload.name), this.#canvas);
    this.element.append(make("div", {class: "head"}, this.#box, name, this.#words, this.#buttons), this.#bar, this.#panel);
    if (upload.file && !upload.problem) preview(upload.file, this.#canvas);
    this.update();
  }

  /** Shows how far the upload is now. */
  update() {
    const {stage} = this.#upload;
    this.element.dataset.stage = stage;
    this.#words.textContent = words(this.#upload);
    this.#bar.value = this.#progress();
    this.#bar.hidden = isOver(this.#upload);
    this.#offer();
    if (stage === "done" && this.#canvas.width === 1) this.#showSmallest();
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  /** @param {boolean} open */
  toggle(open = !this.isOpen) {
    const {name, manifest} = this.#upload;
    if (!manifest || open === this.isOpen) return;
    if (open && !this.#panel.hasChildNodes()) this.#panel.append(...thumbnails(name, manifest, this.#actions));
    this.#panel.hidden = !open;
    this.#buttons.querySelector("[aria-expanded]")?.setAttribute("aria-expanded", `${open}`);
    this.#actions.onToggle();
  }

  #progress() {
    const {arrived, sent, size} = this.#upload;
    return arrived ? 1 : sent / (size || 1);
  }

  /** The one thing to do next. Made anew only when it changes, so that the focus stays where it is. */
  #offer() {
    const {name, stage} = this.#upload;
    const {retry, remove, choose} = this.#actions;
    const [kind, action] = !isOver(this.#upload)
      ? ["cancel", () => button("Cancel", name, () => this.#upload.cancel())]
      : stage === "done"
        ? ["open", () => this.#opener()]
        : stage === "interrupted"
          ? ["choose", () => button("Choose", `${name} again`, choose)]
          : mayRetry(this.#upload)
            ? ["retry", () => button("Retry", name, retry)]
            : ["remove", () => button("Remove", name, remove)];
    if (kind === this.#kind) return;
    this.#kind = kind;
    const hadFocus = this.#buttons.contains(document.activeElement);
    const next = action();
    this.#buttons.replaceChildren(next);
    if (hadFocus) next.focus();
  }

  #opener() {
    const opener = button("Thumbnails", `of ${this.#upload.name}`, () => this.toggle());
    opener.setAttribute("aria-expanded", `${this.isOpen}`);
    opener.setAttribute("aria-controls", this.#panel.id);
    return opener;
  }

  /** What the browser could not decode itself, or has forgotten in a reload, it has now as a thumbnail. */
  #showSmallest() {
    const made = this.#upload.manifest?.thumbnails ?? [];
    const smallest = made.reduce((best, next) => (next.width < best.width ? next : best), made[0]);
    if (!smallest || this.#box.querySelector("img")) return;
    const image = make("img", {class: "picture", alt: "", decoding: "async"});
    image.addEventListener("load", () => this.#box.append(image));
    image.src = smallest.url;
  }
}
