/**
 * The rows. However many uploads change at once, the page is drawn once per frame, and never works longer than a frame
 * allows. Rows near the window come first.
 */

import {byId, make} from "./elements.js";
import {longest, problems} from "./status.js";
import {room} from "./room.js";
import {Row} from "./row.js";
import {each} from "./waiting.js";

/**
 * @typedef {{element: HTMLElement, rows: Set<Row>, near: boolean}} Chunk
 */

/** Milliseconds per frame for rows. */
const SHARE = 8;
/**
 * Rows that are drawn or skipped together. Each element that the browser observes for this costs time in every frame, and
 * rows in a chunk that was never near the window have no layout.
 */
const CHUNK = 10;
/** Rows that are always drawn: one screenful, otherwise the content below the first rows would move. */
const SCREEN = 12;

export class List {
  #section = byId("uploads");
  #summary = byId("summary");
  #element = byId("list");
  #actions;
  #room = room(this.#section, longest());
  /** @type {Map<Upload, Row>} */
  #rows = new Map();
  /** @type {WeakMap<Element, Chunk>} */
  #chunks = new WeakMap();
  /** The last chunk, while it has room for more rows. @type {Chunk | null} */
  #open = null;
  /** @type {Set<Upload>} */
  #changed = new Set();
  #frame = 0;
  /** Callbacks to run after the next frame. @type {(() => void)[]} */
  #shown = [];

  /** @param {Actions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.#section.before(this.#room.element);
    this.#section.addEventListener("contentvisibilityautostatechange", (event) => {
      const chunk = this.#chunks.get(/** @type {Element} */ (event.target));
      if (!chunk) return;
      chunk.near = !(/** @type {ContentVisibilityAutoStateChangeEvent} */ (event).skipped);
      for (const row of chunk.rows) row.approach(chunk.near);
    }, {capture: true});
  }

  /** Rows may show problems from now on. */
  reserve() {
    this.#room.add(problems());
  }

  /** An upload is new, or has changed. @param {Upload} upload */
  show(upload) {
    this.#changed.add(upload);
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** Resolves once all changes are shown. */
  shown() {
    return this.#changed.size === 0 ? Promise.resolve() : new Promise((/** @type {(value: void) => void} */ resolve) => this.#shown.push(resolve));
  }

  /** @param {Upload} upload */
  row(upload) {
    return this.#rows.get(upload);
  }

  get rows() {
    return this.#rows.values();
  }

  /** Removes the row, and returns the one that is now in its place. @param {Upload} upload */
  remove(upload) {
    const row = this.#rows.get(upload);
    const chunk = row?.element.parentElement && this.#chunks.get(row.element.parentElement);
    this.#changed.delete(upload);
    this.#rows.delete(upload);
    if (!row || !chunk) return null;
    const {element} = row;
    const after = element.nextElementSibling ?? chunk.element.nextElementSibling?.firstElementChild;
    const neighbour = after ?? element.previousElementSibling ?? chunk.element.previousElementSibling?.lastElementChild;
    element.remove();
    chunk.rows.delete(row);
    this.#measure(chunk);
    if (chunk.rows.size === 0) chunk.element.remove();
    if (chunk.rows.size === 0 && chunk === this.#open) this.#open = null;
    return neighbour;
  }

  /** Removes all rows. */
  async clear() {
    this.#changed.clear();
    this.#rows.clear();
    this.#open = null;
    const old = this.#element;
    this.#element = make("div", {id: old.id, role: "list"});
    old.removeAttribute("id");
    old.className = "gone"; // not hidden, because removing everything at once takes long
    old.after(this.#element);
    await each([...old.children].reverse(), (chunk) => chunk.remove());
    old.remove();
    this.#section.hidden = this.#rows.size === 0;
  }

  /** Hides the section while there are no rows. */
  hide() {
    this.#summary.hidden = true;
    if (!this.#element.parentElement?.querySelector(".gone")) this.#section.hidden = true;
  }

  #draw() {
    const end = performance.now() + SHARE;
    const near = [...this.#changed].filter((upload) => this.#rows.get(upload)?.near);
    let drawn = 0;
    for (const upload of [...near, ...this.#changed]) {
      if (performance.now() > end && drawn >= SCREEN) break;
      if (!this.#changed.delete(upload)) continue;
      drawn += 1;
      const row = this.#rows.get(upload);
      if (row) row.update();
      else this.#make(upload);
    }
    this.#frame = this.#changed.size > 0 ? requestAnimationFrame(() => this.#draw()) : 0;
    if (this.#frame === 0) for (const resolve of this.#shown.splice(0)) resolve();
  }

  /** @param {Upload} upload */
  #make(upload) {
    const row = new Row(upload, this.#actions);
    this.#rows.set(upload, row);
    const chunk = this.#open && this.#open.rows.size < CHUNK ? this.#open : this.#begin();
    chunk.rows.add(row);
    chunk.element.append(row.element);
    this.#measure(chunk);
    if (chunk.near) row.approach(true);
    this.#section.hidden = this.#summary.hidden = false;
  }

  /** A new chunk at the end. It has no role, so that screen readers see one list. @returns {Chunk} */
  #begin() {
    const element = make("div", {class: "chunk"});
    // A browser that does not report skipped content draws everything.
    this.#open = {element, rows: new Set(), near: !("oncontentvisibilityautostatechange" in element)};
    this.#chunks.set(element, this.#open);
    this.#element.append(element);
    return this.#open;
  }

  /** Sets the chunk's height for while it is not drawn. @param {Chunk} chunk */
  #measure({element, rows}) {
    element.style.setProperty("--rows", `${rows.size}`);
  }
}
