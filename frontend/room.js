/**
 * The space that each row reserves from the beginning for everything that it may ever say, so that nothing below it moves.
 * Measured in the visitor's font, size and language, and again whenever one of them or the window changes.
 */

import {make} from "./elements.js";

/**
 * @param {HTMLElement} list sets --row (height) and --deed (width of the buttons, for which the text makes room in a narrow
 *   window) for its rows
 * @param {{words: string[], deeds: string[]}} all the texts that rows may show, and those of their buttons
 * @returns {{element: HTMLElement, add: (words: string[]) => void}} the invisible row that is measured; its container must be as
 *   wide as the rows. add: reserves space for further texts
 */
export function room(list, {words, deeds}) {
  const buttons = make("div", {class: "actions"}, ...deeds.map((label) => make("button", {type: "button", tabindex: "-1"}, label)));
  // A row that can be opened has an arrow.
  buttons.lastElementChild?.setAttribute("aria-expanded", "false");
  const lines = (/** @type {string[]} */ texts) => texts.map((text) => make("p", {class: "words"}, text));
  const head = make("div", {class: "head"}, make("div", {class: "preview"}), make("h3", {class: "name"}, make("span")), ...lines(words), buttons);
  const element = make("div", {class: "room", "aria-hidden": "true"}, head);
  const measure = () => {
    const deed = `${Math.ceil(buttons.getBoundingClientRect().width)}px`;
    for (const {style} of [list, element]) style.setProperty("--deed", deed);
    list.style.setProperty("--row", `${Math.ceil(head.getBoundingClientRect().height)}px`);
  };
  // Observes the window's width and the font's size, not the head's, which changes with the measurement itself.
  const observer = new ResizeObserver(measure);
  for (const observed of [element, buttons]) observer.observe(observed);
  const add = (/** @type {string[]} */ more) => {
    buttons.before(...lines(more));
    measure();
  };
  return {element, add};
}
