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

/** A second press so soon, in milliseconds, and so near, in pixels, belongs to the first: people double-click everything. */
const DOUBLE = {time: 500, distance: 24};
let last = {at: -Infinity, x: 0, y: 0};

/**
 * A button that says what it does, and to a screen reader also to what. What it does depends on what the caller knows,
 * never on its words: a translator may have replaced them.
 * @param {string} label
 * @param {string} object the label for those who do not see where the button stands; holds the label
 * @param {(button: HTMLButtonElement) => void} onClick
 */
export function button(label, object, onClick) {
  const element = make("button", {type: "button"}, label);
  if (object) element.setAttribute("aria-label", object);
  element.addEventListener("click", ({detail, clientX: x, clientY: y}) => {
    if (detail > 0) {
      const at = performance.now();
      const again = at - last.at < DOUBLE.time && Math.hypot(x - last.x, y - last.y) < DOUBLE.distance;
      last = {at, x, y};
      if (again) return; // what lies there now may be another button
    }
    onClick(element);
  });
  return element;
}

/**
 * Writes only what is new: what says the same keeps its nodes, and so what a translator made of them.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function write(element, text) {
  if (texts.get(element) === text) return;
  texts.set(element, text);
  element.textContent = text;
}

/** @type {WeakMap<HTMLElement, string>} */
const texts = new WeakMap();

/** @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
