/**
 * The points that cropped thumbnails keep. Files wait in their rows until people have set theirs, or have sent them without
 * one. Only pictures near the window are drawn, so that hundreds of files may wait.
 */

import {moved, pointed, removes} from "./aim.js";
import {LANGUAGES} from "./choosing-words.js";
import {button, byId, make} from "./elements.js";
import {open} from "./patience.js";
import {forget, preview} from "./preview.js";
import {isOver} from "./transfer.js";
import {breaths} from "./waiting.js";

/**
 * @typedef {import("./aim.js").Point} Point
 */

const own = LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (document.documentElement.lang)];

/** How far around the window pictures are drawn. */
const AROUND = "300px";
/** CSS pixels that a pressed pointer may move and still clicks: a hand is not quite still. */
const SLACK = 4;

let views = 0;

/** A waiting picture on which a person sets the point. */
class View {
  /** @type {Point | null} */
  point = null;
  #file;
  #mark = make("div", {class: "mark", hidden: ""});
  aim;
  #hint = make("p", {class: "fact", id: `point-hint-${(views += 1)}`}, own.hint);
  element;
  /** How often it has come near or left: an answer to an earlier one is out of date. */
  #visits = 0;
  /** The press on the point which takes it back, unless it becomes a drag. @type {PointerEvent | null} */
  #press = null;
  /** @type {HTMLCanvasElement | null} */
  #canvas = null;

  /** @param {Upload} upload @param {() => void} send */
  constructor({name, file}, send) {
    this.#file = file;
    const facts = {"aria-label": own.aimOf(name), "aria-describedby": this.#hint.id, "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": "50", "aria-valuetext": own.nowhere};
    this.aim = make("div", {class: "aim", role: "slider", tabindex: "0", ...facts}, this.#mark);
    this.aim.addEventListener("keydown", (event) => {
      const point = moved(this.point, event);
      if (!point && !removes(event)) return;
      event.preventDefault(); // the page does not scroll
      this.#set(point);
    });
    const at = (/** @type {MouseEvent} */ event) => this.#set(pointed(this.aim.getBoundingClientRect(), event));
    this.aim.addEventListener("pointerdown", (event) => (this.#press = event.target === this.#mark ? event : null));
    this.aim.addEventListener("click", (event) => (this.#press ? this.#set(null) : at(event)));
    this.aim.addEventListener("pointermove", (event) => {
      if (event.buttons !== 1 || event.pointerType === "touch") return; // a finger that moves scrolls
      if (this.#press && Math.hypot(event.clientX - this.#press.clientX, event.clientY - this.#press.clientY) < SLACK) return;
      at(event);
    });
    this.element = make("div", {class: "point"}, this.#hint, make("div", {class: "view"}, this.aim), button(own.upload, own.uploadOf(name), send));
  }

  /** Draws the picture, or frees its memory. @param {boolean} near */
  async approach(near) {
    const visit = (this.#visits += 1);
    if (!near) {
      forget(this);
      if (this.#canvas) Object.assign(this.#canvas, {width: 0, height: 0}).remove();
      this.#canvas = null;
      return;
    }
    const canvas = this.#file && (await preview(this, this.#file, true));
    if (visit !== this.#visits) return;
    if (canvas) return this.aim.prepend((this.#canvas = canvas));
    this.#hint.textContent = own.unseen;
    this.aim.parentElement?.remove();
  }

  /** @param {Point | null} point */
  #set(point) {
    this.point = point;
    this.#press = null;
    this.#mark.hidden = !point;
    const [x, y] = point ?? [0.5, 0.5];
    Object.assign(this.#mark.style, {left: `${100 * x}%`, top: `${100 * y}%`});
    this.aim.setAttribute("aria-valuenow", `${Math.round(100 * x)}`);
    this.aim.setAttribute("aria-valuetext", point ? own.at(Math.round(100 * x), Math.round(100 * y)) : own.nowhere);
  }
}

/** @typedef {{released: ReturnType<typeof open>, view: View | null}} Held view: once its row exists */

export class Points {
  #list;
  #uploads;
  /** Files that wait, in order. @type {Map<Upload, Held>} */
  #held = new Map();
  /** @type {WeakMap<Element, View>} */
  #views = new WeakMap();
  #observer = new IntersectionObserver((entries) => {
    for (const {target, isIntersecting} of entries) this.#views.get(target)?.approach(isIntersecting);
  }, {rootMargin: AROUND});
  #all = button(own.uploadAll, "", () => this.#sendAll());

  /** @param {import("./list.js").List} list @param {import("./uploads.js").Uploads} uploads */
  constructor(list, uploads) {
    this.#list = list;
    this.#uploads = uploads;
    this.#all.hidden = true;
    byId("summary-actions").prepend(this.#all);
  }

  /** Resolves when the file is to be sent. After a cancellation, it still waits. @param {Upload} upload @returns {Promise<void>} */
  hold(upload) {
    const held = this.#held.get(upload) ?? {released: open(), view: null};
    this.#held.set(upload, held);
    return held.released.promise;
  }

  /** Adds what is new to the rows, and leaves out what was removed from the list. */
  async update() {
    await this.#list.shown();
    const breath = breaths();
    for (const [upload, held] of this.#held) {
      if (!this.#uploads.list.has(upload)) this.#drop(upload);
      else if (!held.view) this.#show(upload, held);
      await breath();
    }
    this.#all.hidden = this.#waiting().length === 0;
  }

  /** @param {Upload} upload @param {Held} held */
  #show(upload, held) {
    const row = this.#list.row(upload);
    if (!row) return;
    held.view = new View(upload, () => this.#sendOne(upload));
    this.#views.set(held.view.element, held.view);
    row.element.append(held.view.element);
    this.#observer.observe(held.view.element);
  }

  #waiting() {
    return [...this.#held.keys()].filter((upload) => this.#uploads.list.has(upload) && !isOver(upload));
  }

  /** Sends the file, and continues with the next one that waits. @param {Upload} upload */
  #sendOne(upload) {
    const waiting = this.#waiting();
    const next = waiting[waiting.indexOf(upload) + 1] ?? waiting.find((other) => other !== upload);
    this.#send(upload);
    const view = next && this.#held.get(next)?.view;
    const place = view?.aim.isConnected ? view.aim : (view?.element.querySelector("button") ?? this.#list.row(upload)?.element.querySelector("button"));
    place?.focus();
  }

  async #sendAll() {
    byId("files").focus({preventScroll: true}); // the button disappears
    const breath = breaths();
    for (const upload of this.#waiting()) {
      this.#send(upload);
      await breath();
    }
  }

  /** @param {Upload} upload */
  #send(upload) {
    const held = this.#held.get(upload);
    if (held?.view?.point) upload.choice = {...upload.choice, focus: held.view.point};
    this.#drop(upload);
    held?.released.resolve();
  }

  /** @param {Upload} upload */
  #drop(upload) {
    const view = this.#held.get(upload)?.view;
    this.#held.delete(upload);
    if (!view) return;
    this.#observer.unobserve(view.element);
    view.approach(false);
    view.element.remove();
  }
}
