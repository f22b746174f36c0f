/**
 * The list of uploads: every chosen file and its state. Independent of how it is displayed.
 *
 *     waiting ─▶ signing ─▶ uploading ─▶ storing ─▶ converting ─▶ done
 *                   ▲      offline, again             slow
 *                   └─────── retry ◀── stopped | cancelled | interrupted
 */

import {forget, keep} from "./kept.js";
import {persist} from "./patience.js";
import {lostConnection, Problem} from "./problem.js";
import {Twins} from "./twins.js";
import {breaths, unlessAborted} from "./waiting.js";

/**
 * @typedef {import("./kept.js").Made} Made
 * @typedef {import("./result.js").Manifest} Manifest
 * @typedef {"waiting" | "signing" | "uploading" | "storing" | "offline" | "again" | "converting" | "slow"
 *   | "done" | "stopped" | "cancelled" | "interrupted"} Stage
 * @typedef {{
 *   id: number, name: string, size: number, type: string, lastModified: number, file: File | null,
 *   stage: Stage, sent: number, left: number | null, problem: Problem | null, manifest: Manifest | null, made: Made | null,
 *   job?: string, arrived: boolean, cancel: () => void,
 * }} Upload
 *   file: null after a reload. sent: bytes. left: remaining seconds of uploading, if known. problem: with "stopped" and "again".
 *   manifest: null until done, and after a reload until it is requested (`refresh`). made: once done.
 */

const ENDED = new Set(["done", "stopped", "cancelled", "interrupted"]);

/** @param {Upload} upload */
export const isOver = (upload) => ENDED.has(upload.stage);

/** Whether the visitor may retry the same file. @param {Upload} upload */
export const mayRetry = ({stage, problem}) => stage === "cancelled" || (stage === "stopped" && problem?.retryable === true);

export class Uploads {
  /** @type {Set<Upload>} */
  list = new Set();
  /** Loaded when it is needed. @type {import("./journey.js").Journey | null} */
  #journey = null;
  #options;
  #onChange;
  #twins = new Twins();
  #ids = 0;
  /** Files that were chosen together are added one after the other. @type {Promise<unknown>} */
  #adding = Promise.resolve();

  /**
   * @param {import("./service.js").Access & {limits: Promise<import("./service.js").Limits>, onChange: (upload: Upload) => void}} options
   *   limits: may still be loading. onChange: called with every upload that is new or has changed
   */
  constructor({onChange, ...options}) {
    this.#onChange = onChange;
    this.#options = options;
  }

  /** Loads the upload code, ideally before anybody waits for it. */
  async prepare() {
    const {Journey} = await persist(() => import("./journey.js").catch(() => Promise.reject(lostConnection())));
    this.#journey ??= new Journey({...this.#options, onStage: (upload, stage) => this.#set(upload, stage)});
    return this.#journey;
  }

  /**
   * Adds files. A file that is already in the list is not sent twice: if its upload was interrupted or stopped, it continues.
   * @param {Iterable<File>} files
   * @returns {Promise<{added: Upload[], resumed: Upload[], known: Upload[]}>} known: already in the list, nothing to do
   */
  add(files) {
    const adding = this.#adding.then(() => this.#add(files));
    this.#adding = adding.catch(() => {});
    return adding;
  }

  /** @param {Iterable<File>} files */
  async #add(files) {
    const taken = {added: /** @type {Upload[]} */ ([]), resumed: /** @type {Upload[]} */ ([]), known: /** @type {Upload[]} */ ([])};
    const breath = breaths();
    for (const file of files) {
      const before = await this.#twins.find(file);
      if (!before) {
        const upload = this.#enter(file, file, (this.#ids += 1));
        taken.added.push(upload);
        this.#start(upload);
      } else if (before.stage === "interrupted" || mayRetry(before)) {
        before.file = file;
        taken.resumed.push(before);
        this.retry(before);
      } else {
        before.file ??= file; // in case the service, which is being asked, does not know it
        taken.known.push(before);
      }
      await breath();
    }
    return taken;
  }

  /**
   * Restores the uploads from before a reload.
   * @param {[number, import("./kept.js").Kept][]} kept by id, in order
   */
  async resume(kept) {
    this.#ids = Math.max(this.#ids, kept.at(-1)?.[0] ?? 0);
    const breath = breaths();
    for (const [id, {name, size, type, lastModified, job, made}] of kept) {
      const upload = this.#enter({name, size, type, lastModified}, null, id);
      Object.assign(upload, {job, arrived: made !== undefined, made: made ?? null});
      if (made) this.#set(upload, "done");
      else if (job) this.#follow(upload, (journey, signal) => journey.recall(upload, signal));
      else this.#set(upload, "interrupted");
      await breath();
    }
  }

  /** Sends it again, or polls again if the file has arrived and only the result is missing. @param {Upload} upload */
  retry(upload) {
    if (!isOver(upload) || upload.stage === "done") return;
    if (upload.problem?.code === "no_result") this.#follow(upload, (journey, signal) => journey.await(upload, {signal}));
    else if (upload.file) this.#start(upload);
    else this.#set(upload, "interrupted");
  }

  async retryAll() {
    const breath = breaths();
    for (const upload of this.list) {
      if (upload.stage === "stopped" && mayRetry(upload)) this.retry(upload);
      await breath();
    }
  }

  /** Removes it from the list. @param {Upload} upload */
  remove(upload) {
    upload.cancel();
    this.list.delete(upload);
    this.#twins.delete(upload);
    forget(upload.id);
  }

  async clear() {
    const all = [...this.list];
    this.list.clear();
    this.#twins = new Twins();
    const breath = breaths();
    for (const upload of all) {
      upload.cancel();
      forget(upload.id);
      await breath();
    }
  }

  /** Cancels the last one first; otherwise each cancelled one would make room for the next, which is cancelled too. */
  async cancelAll() {
    const breath = breaths();
    for (const upload of [...this.list].reverse()) {
      if (!isOver(upload)) upload.cancel();
      await breath();
    }
  }

  /** The manifest with fresh addresses. @param {Upload} upload */
  async refresh(upload) {
    upload.manifest = await (await this.prepare()).refresh(upload);
    return upload.manifest;
  }

  /** The upload time of this many bytes in seconds, if known. @param {number} bytes */
  left(bytes) {
    return this.#journey?.left(bytes) ?? null;
  }

  /**
   * @param {{name: string, size: number, type: string, lastModified: number}} facts
   * @param {File | null} file
   * @param {number} id
   * @returns {Upload}
   */
  #enter({name, size, type, lastModified}, file, id) {
    /** @type {Upload} */
    const upload = {
      ...{id, name, size, type, lastModified, file, stage: "waiting", sent: 0, left: null},
      ...{problem: null, manifest: null, made: null, arrived: false, cancel: () => {}},
    };
    this.list.add(upload);
    this.#twins.add(upload);
    return upload;
  }

  /** @param {Upload} upload */
  #start(upload) {
    const file = /** @type {File} */ (upload.file);
    Object.assign(upload, {job: undefined, arrived: false, sent: 0});
    return this.#follow(upload, (journey, signal) => journey.begin(upload, file, signal));
  }

  /**
   * Runs the steps, and sets the upload's final stage from their result.
   * @param {Upload} upload
   * @param {(journey: import("./journey.js").Journey, signal: AbortSignal) => Promise<Manifest>} steps
   * @returns {Promise<void>}
   */
  async #follow(upload, steps) {
    const controller = new AbortController();
    upload.cancel = () => controller.abort();
    upload.problem = null;
    this.#set(upload, "waiting");
    try {
      const journey = this.#journey ?? (await unlessAborted(this.prepare(), controller.signal));
      upload.manifest = await steps(journey, controller.signal);
      upload.made = made(upload.manifest);
      this.#set(upload, "done");
    } catch (problem) {
      if (controller.signal.aborted) {
        if (upload.file) this.#journey?.forget(upload.file); // it may still be waiting for a signature
        return this.#set(upload, "cancelled");
      }
      if (!(problem instanceof Problem)) reportError(problem); // our bug: visible in the console, and still reported to the visitor
      upload.problem = problem instanceof Problem ? problem : new Problem("unexpected", "Something went wrong on this page.", {retryable: true});
      if (upload.problem.code !== "unknown" || upload.arrived) return this.#set(upload, "stopped");
      if (upload.file) return this.#start(upload); // the file was chosen again while the service was asked
      this.#set(upload, "interrupted");
    }
  }

  /**
   * @param {Upload} upload
   * @param {Stage} stage
   */
  #set(upload, stage) {
    if (!this.list.has(upload)) return; // removed during its last step
    const progress = stage === "uploading" && upload.stage === stage;
    upload.stage = stage;
    if (!progress) this.#keep(upload); // the job is known before the first byte is sent; the last byte may arrive during a reload
    this.#onChange(upload);
  }

  /** The facts needed to continue after a reload. @param {Upload} upload */
  #keep(upload) {
    const {id, name, size, type, lastModified, stage, job, arrived, made} = upload;
    if (stage === "cancelled" || (stage === "stopped" && !arrived && !upload.problem?.retryable)) return forget(id);
    keep(id, {...{name, size, type, lastModified, job}, ...(made && {made})});
  }
}

/** @param {Manifest} manifest @returns {Made} */
function made({thumbnails, original}) {
  const bytes = thumbnails.reduce((sum, thumbnail) => sum + thumbnail.bytes, 0);
  return {thumbnails: thumbnails.length, bytes, width: original?.width ?? 0, height: original?.height ?? 0};
}
