/**
 * What everybody has to see: said in front of the page, where it moves nothing, until somebody has read it. Each kind of
 * notice stands there once, with its newest words.
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
   * @param {string} text nothing: it is over
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
