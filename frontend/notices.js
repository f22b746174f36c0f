/**
 * Important messages, shown on top of the page, where they move nothing, until the visitor dismisses them. Each kind of
 * notice is shown once, with its latest text.
 */

import {button, byId, make, write} from "./elements.js";
import {words} from "./language.js";

export class Notices {
  #box = byId("notices");
  #lines = make("ul");
  /** @type {Map<string, HTMLLIElement>} */
  #kinds = new Map();

  constructor() {
    const dismiss = button(words.dismiss, "", () => {
      this.#box.hidden = true;
      this.#kinds.clear();
      this.#lines.replaceChildren();
    });
    this.#box.append(this.#lines, dismiss);
  }

  /**
   * @param {string} kind
   * @param {string} text empty: the reason for the notice is over
   */
  say(kind, text) {
    const line = this.#kinds.get(kind);
    if (text && line) {
      write(line, text);
    } else if (text) {
      const made = make("li", {}, text);
      this.#kinds.set(kind, made);
      this.#lines.append(made);
    } else if (line) {
      line.remove();
      this.#kinds.delete(kind);
    }
    this.#box.hidden = this.#kinds.size === 0;
  }
}
