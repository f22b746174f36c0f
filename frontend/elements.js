/** Elements are made here, and text only ever becomes text: nothing on this page is parsed as HTML. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * A button that says what it does, and to a screen reader also to what.
 * @param {string} label
 * @param {string} object added for those who do not see where the button stands
 * @param {(button: HTMLButtonElement) => void} onClick
 */
export function button(label, object, onClick) {
  const element = make("button", {type: "button"}, label);
  if (object) element.append(make("span", {class: "unseen"}, ` ${object}`));
  element.addEventListener("click", () => onClick(element));
  return element;
}

/** @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
