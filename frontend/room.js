/**
 * The room that each row keeps free from the beginning for all that it may ever say, so that nothing below it moves when it
 * says it. Measured in the reader's own font, size and language, and again whenever one of them or the window changes.
 */

import {make} from "./elements.js";

/**
 * @param {HTMLElement} list the rows in it take --row (height) and --deed (width of the buttons, for which the words make room
 *   in a narrow window) from it
 * @param {{words: string[], deeds: string[]}} all what rows may say, and what their buttons may
 * @returns {HTMLElement} the row that is measured and that nobody sees; where it is put, it has to be as wide as the rows
 */
export function room(list, {words, deeds}) {
  const buttons = make("div", {class: "actions"}, ...deeds.map((label) => make("button", {type: "button", tabindex: "-1"}, label)));
  // The one that can be opened has an arrow.
  buttons.lastElementChild?.setAttribute("aria-expanded", "false");
  const lines = words.map((text) => make("p", {class: "words"}, text));
  const head = make("div", {class: "head"}, make("div", {class: "preview"}), make("h3", {class: "name"}, make("span")), ...lines, buttons);
  const element = make("div", {class: "room", "aria-hidden": "true"}, head);
  const measure = () => {
    const deed = `${Math.ceil(buttons.getBoundingClientRect().width)}px`;
    for (const {style} of [list, element]) style.setProperty("--deed", deed);
    list.style.setProperty("--row", `${Math.ceil(head.getBoundingClientRect().height)}px`);
  };
  // The window's width, and the font's size: not the head's, which changes with what is measured here.
  const observer = new ResizeObserver(measure);
  for (const observed of [element, buttons]) observer.observe(observed);
  return element;
}
