/** Creates elements. Text only ever becomes text: nothing on this page is parsed as HTML. */

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

/** A second press within these milliseconds and pixels belongs to the first, because people double-click everything. */
const DOUBLE = {time: 500, distance: 24};
let last = {at: -Infinity, x: 0, y: 0};

/**
 * A button labelled with its action, and for screen readers also with its object. Its behaviour never depends on its
 * text, because a translator may have replaced it.
 * @param {string} label
 * @param {string} object the full label for screen readers; contains the label
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
      if (again) return; // another button may be in this place now
    }
    onClick(element);
  });
  return element;
}

/**
 * Writes the text only if it has changed. Unchanged elements keep their nodes, and a browser's translation of them.
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
