/** The line above the rows: overall progress, and actions on all uploads. */

import {button, byId, make, write} from "./elements.js";
import {words} from "./language.js";
import {isOver, mayRetry, needsFile} from "./transfer.js";

/**
 * @param {Iterable<Upload>} uploads
 * @returns failed: also those that were refused. retryable: also those that were cancelled. size, sent: bytes of uploads done or
 *   in progress. left: bytes not yet sent.
 */
export function count(uploads) {
  const sum = {total: 0, done: 0, over: 0, failed: 0, retryable: 0, size: 0, sent: 0, left: 0, made: 0};
  for (const upload of uploads) {
    sum.total += 1;
    if (isOver(upload)) sum.over += 1;
    if (upload.stage === "stopped") sum.failed += 1;
    if (mayRetry(upload) && !needsFile(upload)) sum.retryable += 1;
    if (upload.stage === "done") {
      sum.done += 1;
      sum.made += upload.made?.bytes ?? 0;
    }
    if (upload.stage === "done" || !isOver(upload)) {
      const sent = upload.arrived ? upload.size : upload.sent;
      sum.size += upload.size;
      sum.sent += sent;
      if (!isOver(upload)) sum.left += upload.size - sent;
    }
  }
  return sum;
}

export class Summary {
  #title = byId("summary-title");
  #detail = byId("summary-detail");
  #bar = /** @type {HTMLProgressElement} */ (byId("summary-bar"));
  #cancel;
  #retry;
  #open;
  #download;
  #clear;
  #allOpen = false;

  /**
   * @param {{cancelAll: () => void, retryAll: () => void, openAll: (open: boolean) => void, downloadAll: () => Promise<void>,
   *   clear: () => void}} actions
   */
  constructor({cancelAll, retryAll, openAll, downloadAll, clear}) {
    this.#cancel = button(words.cancelAll, "", cancelAll);
    this.#retry = button(words.retryAll, "", retryAll);
    this.#open = button(words.openAll, "", () => openAll(!this.#allOpen));
    this.#download = button(words.downloadAll, "", async (pressed) => {
      pressed.disabled = true;
      await downloadAll();
      pressed.disabled = false;
    });
    this.#clear = button(words.clear, "", clear);
    const actions = [this.#cancel, this.#retry, this.#open, this.#download, this.#clear];
    for (const action of actions) action.hidden = true;
    this.#bar.setAttribute("aria-label", words.barOfAll);
    byId("summary-actions").append(...actions);
    // Reserves space from the beginning for actions and texts that may appear together.
    const ghosts = [words.retryAll, words.closeAll, words.downloadAll, words.clear];
    byId("summary-room").append(...ghosts.map((label) => make("button", {type: "button", tabindex: "-1"}, label)));
    byId("summary-title-room").textContent = words.title({done: 888, total: 888_888, failed: 88});
    byId("summary-detail-room").textContent = words.sending({sent: 888.8e6, size: 888.8e6, left: 5280});
  }

  /**
   * @param {Iterable<Upload>} uploads
   * @param {{secondsFor: (bytes: number) => number | null, open: number}} more open: rows
   */
  update(uploads, {secondsFor, open}) {
    const {total, done, over, failed, retryable, size, sent, left, made} = count(uploads);
    const active = over < total;
    write(this.#title, words.title({done, total, failed}));
    if (active) write(this.#detail, sent < size ? words.sending({sent, size, left: secondsFor(left)}) : words.converting);
    else write(this.#detail, made > 0 ? words.total({made, size}) : "");
    this.#bar.value = size ? sent / size : 1;
    this.#bar.hidden = !active;
    this.#cancel.hidden = !active;
    this.#retry.hidden = retryable === 0;
    this.#allOpen = open > 0 && open === done;
    this.#open.hidden = active || done < 2;
    write(this.#open, this.#allOpen ? words.closeAll : words.openAll);
    this.#download.hidden = active || done === 0;
    this.#clear.hidden = active;
    document.title = active ? words.pageWhile({over, total}) : words.page;
  }
}
