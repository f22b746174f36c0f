/**
 * Tells screen readers what has happened. Announcements close in time are joined, and the same one is said once; when there are
 * many, only their number is said.
 */

import {byId} from "./elements.js";

/** Milliseconds to wait for further announcements. */
const PAUSE = 500;

/** @type {string[]} */
let unsaid = [];
let more = 0;
let timer = 0;

/** @param {string} text */
export function announce(text) {
  if (unsaid.includes(text)) return;
  if (unsaid.length < 4) unsaid.push(text);
  else more += 1;
  if (timer && more > 0) return; // with thousands of files, the first pause decides
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = 0;
    const said = more > 0 ? [unsaid[0], byId("summary-title").textContent] : unsaid;
    byId("announcer").replaceChildren(...said.map((line) => Object.assign(document.createElement("p"), {textContent: line})));
    unsaid = [];
    more = 0;
  }, PAUSE);
}
