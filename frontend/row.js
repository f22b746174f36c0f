/**
 * Each file is one row, from beginning to end, and its height does not change until the visitor opens it. Far from the
 * window, the browser skips drawing it (content-visibility).
 */

import {button, make, write} from "./elements.js";
import {words} from "./language.js";
import {deed, label, lines} from "./status.js";
import {isOver} from "./transfer.js";

/** Loaded with the first row. @type {typeof import("./picture.js") | null} */
let pictures = null;

export class Row {
  element = make("div", {class: "row", role: "listitem"});
  /** @type {Upload} */
  upload;
  /** Whether the row may be visible soon. */
  near = false;
  #actions;
  /** @type {Deed | null} */
  #deed = null;
  /** @type {import("./picture.js").Picture | null} */
  #picture = null;
  #box = make("div", {class: "preview", "aria-hidden": "true"});
  #words = make("p", {class: "words"});
  /** @type {HTMLProgressElement | null} */
  #bar = null;
  #buttons = make("div", {class: "actions"});
  /** @type {HTMLElement | null} */
  #panel = null;

  /**
   * @param {Upload} upload
   * @param {Actions} actions
   */
  constructor(upload, actions) {
    this.upload = upload;
    this.#actions = actions;
    // The end of a name distinguishes photos, so a long one is cut in the middle. Cutting a few letters would save nothing,
    // because the dots are as long.
    let cut = upload.name.length - 10;
    while (upload.name[cut] === " ") cut += 1;
    if (cut < 4) cut = upload.name.length;
    const parts = [upload.name.slice(0, cut), upload.name.slice(cut)].map((part) => make("bdi", {}, part));
    const name = make("h3", {class: "name", title: upload.name, translate: "no"}, ...parts);
    this.#box.append(extension(upload.name));
    this.element.append(make("div", {class: "head"}, this.#box, name, this.#words, this.#buttons));
    this.update();
  }

  /** Shows the upload's current state. */
  update() {
    const {stage} = this.upload;
    if (stage !== "done") this.#panel = this.#panel?.remove() ?? null;
    if (this.element.dataset.stage !== stage) this.element.dataset.stage = stage;
    write(this.#words, lines(this.upload, this.#actions.limits()));
    this.#offer();
    this.#progress();
    if (this.near) this.#draw();
  }

  /** @param {boolean} near */
  approach(near) {
    this.near = near;
    this.#draw();
  }

  get isOpen() {
    return this.#panel !== null && !this.#panel.hidden;
  }

  /** @param {boolean} open */
  async toggle(open = !this.isOpen) {
    if (this.upload.stage !== "done" || open === this.isOpen) return;
    if (open && !this.#panel && !(await this.#fill())) return;
    if (this.#panel) this.#panel.hidden = !open;
    this.#buttons.firstElementChild?.setAttribute("aria-expanded", `${open}`);
    this.#actions.onToggle();
  }

  /** Loads what an opened row needs: its code, and after a reload the manifest. */
  async #fill() {
    try {
      const found = this.upload.manifest ?? this.#actions.refresh(this.upload);
      const [{panel}, manifest] = await Promise.all([import("./thumbnails.js"), found]);
      if (!manifest) throw new Error("no manifest");
      if (this.#panel) return true; // pressed twice
      this.#panel = panel(this.upload, manifest, this.#actions);
      Object.assign(this.#panel, {hidden: true, id: this.#panelId()});
      this.element.append(this.#panel);
      return true;
    } catch {
      if (this.upload.stage === "done") this.#actions.fail(words.notFetched);
      return false;
    }
  }

  #panelId() {
    return `thumbnails-${this.upload.id}`;
  }

  /** Shows a bar only while something moves. */
  #progress() {
    if (isOver(this.upload)) {
      this.#bar?.remove();
      this.#bar = null;
      return;
    }
    const {arrived, sent, size, name, stage} = this.upload;
    if (!this.#bar && stage === "waiting") return;
    if (!this.#bar) {
      this.#bar = make("progress", {max: "1", "aria-label": words.bar(name)});
      this.element.append(this.#bar);
    }
    this.#bar.value = arrived ? 1 : sent / (size || 1);
  }

  /** The next action. Recreated only if it changes, so that it keeps the focus. */
  #offer() {
    const kind = deed(this.upload);
    if (kind === this.#deed) return;
    this.#deed = kind;
    const {retry, remove, choose} = this.#actions;
    const act = {
      cancel: () => this.upload.cancel(),
      open: () => this.toggle(),
      pick: choose,
      retry: () => retry(this.upload),
      remove: () => remove(this.upload),
    }[kind];
    const hadFocus = this.#buttons.contains(document.activeElement);
    const [short, long] = label(kind, this.upload.name);
    const next = button(short, long, act);
    if (kind === "open") {
      next.setAttribute("aria-expanded", `${this.isOpen}`);
      next.setAttribute("aria-controls", this.#panelId());
    }
    this.#buttons.replaceChildren(next);
    if (hadFocus) next.focus();
  }

  /** A picture is a help, not the result: without its code, the row is complete. */
  async #draw() {
    if (!this.near && !this.#picture) return;
    pictures ??= await import("./picture.js").catch(() => null);
    if (!pictures) return;
    this.#picture ??= new pictures.Picture(this.#box, this.upload, this.#actions.refresh);
    this.#picture.update(this.near);
  }
}

/** "JPEG" from "photo.jpg": the placeholder for a preview. @param {string} name */
const extension = (name) => /\.([a-z0-9]{2,5})$/i.exec(name)?.[1].toUpperCase() ?? "";
