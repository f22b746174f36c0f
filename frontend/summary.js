/** The line above the rows: how far all of it is, and what can be done with all of it. */

import {button, byId, make} from "./elements.js";
import {isOver} from "./uploads.js";
import {bytes, bytesOf, left} from "./words.js";

/** @typedef {import("./uploads.js").Upload} Upload */

/**
 * @param {Upload[]} uploads
 * @returns {{title: string, detail: string, part: number, active: boolean, done: number}} part: of all bytes, 0 to 1
 */
export function summarise(uploads, secondsLeft = /** @type {number | null} */ (null)) {
  const done = uploads.filter(({stage}) => stage === "done");
  const over = uploads.filter(isOver);
  const active = over.length < uploads.length;
  const counted = uploads.filter((upload) => upload.stage === "done" || !isOver(upload));
  const size = counted.reduce((sum, upload) => sum + upload.size, 0);
  const sent = counted.reduce((sum, upload) => sum + (upload.arrived ? upload.size : upload.sent), 0);
  const part = size ? sent / size : 1;
  const title = done.length === uploads.length ? `${done.length} done` : `${done.length} of ${uploads.length} done`;
  if (active) {
    const words = sent < size ? [bytesOf(sent, size), left(secondsLeft)].filter(Boolean).join(", ") : "Making thumbnails";
    return {title, detail: words, part, active, done: done.length};
  }
  const made = done.flatMap(({manifest}) => manifest?.thumbnails ?? []);
  const total = made.reduce((sum, thumbnail) => sum + thumbnail.bytes, 0);
  return {title, detail: made.length > 0 ? `${bytes(total)} from ${bytes(size)}` : "", part, active, done: done.length};
}

export class Summary {
  #title = byId("summary-title");
  #detail = byId("summary-detail");
  #bar = /** @type {HTMLProgressElement} */ (byId("summary-bar"));
  #cancel;
  #open;
  #download;
  #clear;

  /** @param {{cancelAll: () => void, openAll: (open: boolean) => void, downloadAll: () => Promise<void>, clear: () => void}} actions */
  constructor({cancelAll, openAll, downloadAll, clear}) {
    this.#cancel = button("Cancel all", "", cancelAll);
    this.#open = button("Open all", "", (pressed) => openAll(pressed.textContent === "Open all"));
    this.#download = button("Download all", "", async (pressed) => {
      pressed.disabled = true;
      await downloadAll();
      pressed.disabled = false;
    });
    this.#clear = button("Clear list", "", clear);
    byId("summary-actions").append(this.#cancel, this.#open, this.#download, this.#clear);
    // What may be offered together takes its room from the beginning.
    const ghosts = ["Close all", "Download all", "Clear list"].map((label) => make("button", {type: "button", tabindex: "-1"}, label));
    byId("summary-room").append(...ghosts);
  }

  /**
   * @param {Upload[]} uploads
   * @param {number | null} secondsLeft
   * @param {boolean} allOpen
   */
  update(uploads, secondsLeft, allOpen) {
    const {title, detail, part, active, done} = summarise(uploads, secondsLeft);
    this.#title.textContent = title;
    this.#detail.textContent = detail;
    this.#bar.value = part;
    this.#bar.hidden = !active;
    this.#cancel.hidden = !active;
    this.#open.hidden = active || done < 2;
    this.#open.textContent = allOpen ? "Close all" : "Open all";
    this.#download.hidden = active || done === 0;
    this.#clear.hidden = active;
  }
}
