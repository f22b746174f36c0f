/** Style sheets that are loaded with what they describe. */

import {make} from "./elements.js";

/**
 * Adds a style sheet to the page. Ends when it applies, or cannot be loaded.
 * @param {string} url
 */
export function apply(url) {
  const style = make("link", {rel: "stylesheet", href: url});
  return new Promise((resolve) => {
    style.onload = style.onerror = resolve;
    document.head.append(style);
  });
}
