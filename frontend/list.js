/**
 * The rows. However many uploads change at once, the page is drawn as often as the screen is, and never works longer at a
 * stretch than fits between two frames: what is near the window comes first.
 */

import {byId, make} from "./elements.js";
import {longest} from "./status.js";
import {room} from "./room.js";
import {Row} from "./row.js";

/** @typedef {import("./uploads.js").Upload} Upload */

/** Milliseconds of each frame for rows. */
const SHARE = 8;
/** Rows that are drawn in any case: as many as are seen at once, or what stands below the first ones would move. */
const SCREEN = 12;

export class List {
  #section = byId("uploads");
  #summary = byId("summary");
  #element = byId("list");
  #actions;
  /** @type {Map<Upload, Row>} */
  #rows = new Map();
  /** @type {WeakMap<Element, Row>} */
  #byElement = new WeakMap();
  /** @type {Set<Upload>} */
  #changed = new Set();
  #frame = 0;
  /** Waits for what is shown with the next frame. @type {(() => void)[]} */
  #shown = [];

  /** @param {import("./row.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.#section.before(room(this.#section, longest()));
    this.#section.addEventListener("contentvisibilityautostatechange", (event) => {
      const row = this.#byElement.get(/** @type {Element} */ (event.target));
      row?.approach(!(/** @type {ContentVisibilityAutoStateChangeEvent} */ (event).skipped));
    }, {capture: true});
  }

  /** An upload is new, or has changed. @param {Upload} upload */
  show(upload) {
    this.#changed.add(upload);
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** Settles when all that has changed is shown. */
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

  /** Takes the row out, and says which one stands there now. @param {Upload} upload */
  remove(upload) {
    const element = this.#rows.get(upload)?.element;
    const neighbour = element?.nextElementSibling ?? element?.previousElementSibling;
    this.#changed.delete(upload);
    this.#rows.delete(upload);
    element?.remove();
    return neighbour;
  }

  /** Takes all rows out. */
  async clear() {
    this.#changed.clear();
    this.#rows.clear();
    const old = this.#element;
    this.#element = make("ol", {id: old.id});
    old.removeAttribute("id");
    old.className = "gone"; // not hidden: to take all of it down at once takes long
    old.after(this.#element);
    while (old.lastChild) {
      for (const end = performance.now() + SHARE; old.lastChild && performance.now() < end; ) old.lastChild.remove();
      await new Promise((resolve) => setTimeout(resolve));
    }
    old.remove();
    this.#section.hidden = this.#rows.size === 0;
  }

  /** Without rows there is nothing to say of them. */
  hide() {
    this.#summary.hidden = true;
    if (!this.#element.parentElement?.querySelector(".gone")) this.#section.hidden = true;
  }

  #draw() {
    const end = performance.now() + SHARE;
    const near = [...this.#changed].filter((upload) => this.#rows.get(upload)?.near);
    const fresh = document.createDocumentFragment();
    let drawn = 0;
    for (const upload of [...near, ...this.#changed]) {
      if (performance.now() > end && drawn >= SCREEN) break;
      if (!this.#changed.delete(upload)) continue;
      drawn += 1;
      const row = this.#rows.get(upload);
      if (row) row.update();
      else fresh.append(this.#make(upload));
    }
    if (fresh.hasChildNodes()) this.#section.hidden = this.#summary.hidden = false;
    this.#element.append(fresh);
    this.#frame = this.#changed.size > 0 ? requestAnimationFrame(() => this.#draw()) : 0;
    if (this.#frame === 0) for (const resolve of this.#shown.splice(0)) resolve();
  }

  /** @param {Upload} upload */
  #make(upload) {
    const row = new Row(upload, this.#actions);
    this.#rows.set(upload, row);
    this.#byElement.set(row.element, row);
    if (!("oncontentvisibilityautostatechange" in row.element)) row.approach(true);
    return row.element;
  }
}
