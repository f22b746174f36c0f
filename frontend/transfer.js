/**
 * One file on its way to its thumbnails: the stages that it goes through, and what of it survives a reload.
 *
 *     waiting ─▶ signing ─▶ uploading ─▶ storing ─▶ converting ─▶ done
 *                   ▲      offline, again             slow
 *                   └─ retry ◀─ stopped | cancelled | interrupted
 */

import {forget, keep} from "./session.js";
import {Problem} from "./problem.js";
import {isOnline} from "./waiting.js";

const ENDED = new Set(["done", "stopped", "cancelled", "interrupted"]);

export class Transfer {
  /** @type {Stage} */
  stage = "waiting";
  /** Bytes. */
  sent = 0;
  /** Remaining seconds of uploading, if known. @type {number | null} */
  left = null;
  /** With "stopped" and "again". @type {Problem | null} */
  problem = null;
  /** Null if not done, and if done before a reload until it is requested (`refresh`). @type {Manifest | null} */
  manifest = null;
  /** When done. @type {Made | null} */
  made = null;
  /** Once signed. @type {string | undefined} */
  job;
  arrived = false;
  /** @type {Choice | undefined} */
  choice;
  /** It is sent after this. @type {Promise<void> | undefined} */
  hold;
  cancel = () => {};
  #uses;

  /**
   * @param {Facts} facts
   * @param {File | null} file null after a reload
   * @param {number} id
   * @param {Uses} uses
   */
  constructor({name, size, type, lastModified}, file, id, uses) {
    this.name = name;
    this.size = size;
    this.type = type;
    this.lastModified = lastModified;
    this.file = file;
    this.id = id;
    this.#uses = uses;
  }

  /** Sends the file. */
  start() {
    const file = /** @type {File} */ (this.file);
    Object.assign(this, {job: undefined, arrived: false, sent: 0});
    return this.#follow((journey, signal) => journey.begin(this, file, signal));
  }

  /** Sends the file again, or polls again if it has arrived and only the result is missing. */
  retry() {
    if (!isOver(this) || this.stage === "done") return;
    if (this.problem?.code === "no_result") this.#follow((journey, signal) => journey.await(this, {signal}));
    else if (this.file) this.start();
  }

  /**
   * Restores what was kept before a reload.
   * @param {Kept} kept
   */
  resume({job, arrived, made, choice}) {
    Object.assign(this, {job, choice, arrived: Boolean(arrived ?? made), made: made ?? null});
    if (made) this.enter("done");
    else if (job) this.#follow((journey, signal) => journey.recall(this, signal));
    else this.enter("interrupted");
  }

  /** @param {Stage} stage */
  enter(stage) {
    if (!this.#uses.has(this)) return; // removed while its last step was in progress
    const progress = stage === "uploading" && this.stage === stage;
    this.stage = stage;
    if (!progress) this.#keep(); // the job is known before the first byte is sent; the last one may arrive during a reload
    this.#uses.onChange(this);
  }

  /**
   * Runs the steps, and sets the final stage from their result.
   * @param {(journey: import("./journey.js").Journey, signal: AbortSignal) => Promise<Manifest>} steps
   * @returns {Promise<void>}
   */
  async #follow(steps) {
    const controller = new AbortController();
    this.cancel = () => controller.abort();
    this.problem = null;
    this.enter("waiting");
    const onTrouble = (/** @type {Problem} */ problem) => {
      this.problem = problem;
      this.enter(isOnline() ? "again" : "offline");
    };
    try {
      const journey = this.#uses.loaded() ?? (await this.#uses.load({signal: controller.signal, onTrouble}));
      this.manifest = await steps(journey, controller.signal);
      this.made = made(this.manifest);
      this.enter("done");
    } catch (problem) {
      if (controller.signal.aborted) {
        if (this.file) this.#uses.loaded()?.forget(this.file); // it may still be waiting for a signature
        return this.enter("cancelled");
      }
      if (!(problem instanceof Problem)) reportError(problem); // our bug: visible in the console, and still reported to the visitor
      this.problem = problem instanceof Problem ? problem : new Problem("unexpected", "Something went wrong on this page.", {retryable: true});
      if (this.problem.code !== "unknown" || this.arrived) return this.enter("stopped");
      if (this.file) return this.start(); // the file was chosen again while the service was asked
      this.enter("interrupted");
    }
  }

  /** The facts needed to continue after a reload. */
  #keep() {
    const {id, name, size, type, lastModified, stage, job, arrived, made, choice} = this;
    if (stage === "cancelled" || (stage === "stopped" && !arrived && !this.problem?.retryable)) return forget(id);
    keep(id, {...{name, size, type, lastModified, job, choice}, ...(arrived && {arrived}), ...(made && {made})});
  }
}

/** @param {Transfer} transfer */
export const isOver = (transfer) => ENDED.has(transfer.stage);

/** Whether the visitor may retry the same file. @param {Transfer} transfer */
export const mayRetry = ({stage, problem}) => stage === "cancelled" || (stage === "stopped" && problem?.retryable === true);

/** Whether that needs the file, which was chosen before a reload. @param {Transfer} transfer */
export const needsFile = (transfer) =>
  transfer.stage === "interrupted" || (mayRetry(transfer) && !transfer.file && transfer.problem?.code !== "no_result");

/** @param {Manifest} manifest @returns {Made} */
function made({thumbnails, original}) {
  const bytes = thumbnails.reduce((sum, thumbnail) => sum + thumbnail.bytes, 0);
  return {thumbnails: thumbnails.length, bytes, width: original?.width ?? 0, height: original?.height ?? 0};
}
