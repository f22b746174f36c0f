/**
 * The list of uploads: every file that was chosen, and how far it is. It knows nothing of how it is shown.
 *
 *     waiting ─▶ signing ─▶ uploading ─▶ converting ─▶ done
 *                   ▲    offline, again     slow
 *                   └─────── retry ◀── stopped | cancelled | interrupted
 */

import {check} from "./check.js";
import {Pace} from "./pace.js";
import {Problem} from "./problem.js";
import {current, result} from "./result.js";
import {Signatures} from "./signatures.js";
import {Slots} from "./slots.js";
import {send, sign} from "./upload.js";
import {backoff, online, sleep, unlessAborted} from "./waiting.js";

/**
 * @typedef {import("./kept.js").Kept} Kept
 * @typedef {import("./result.js").Manifest} Manifest
 * @typedef {import("./upload.js").Limits} Limits
 * @typedef {"waiting" | "signing" | "uploading" | "offline" | "again" | "converting" | "slow"
 *   | "done" | "stopped" | "cancelled" | "interrupted"} Stage
 * @typedef {{
 *   id: number, name: string, size: number, type: string, lastModified: number, file: File | null,
 *   stage: Stage, sent: number, left: number | null, problem: Problem | null, manifest: Manifest | null,
 *   job?: string, result?: string, arrived: boolean, cancel: () => void,
 * }} Upload
 *   file: null after a reload. sent: bytes. left: seconds of uploading, when known. problem: with "stopped" and "again".
 */

/** At a time. Under HTTP/1.1 a browser opens six connections to a host: three stay free for the results. */
const AT_ONCE = 3;
/** How much a new measurement counts for when results are expected. */
const WEIGHT = 0.3;
/** The first look comes a little before that, or the expectation could only grow. */
const EARLY = 0.7;
/** A conversion that took longer says nothing of the next. */
const UNUSUAL = 5_000;

/** After so many tries to ask for an upload from before a reload, the waits between them become no longer: 16 seconds. */
const RARELY = 5;

const ENDED = new Set(["done", "stopped", "cancelled", "interrupted"]);

/** @param {Upload} upload */
export const isOver = (upload) => ENDED.has(upload.stage);

/** Whether the same file may be sent again. @param {Upload} upload */
export const mayRetry = ({stage, problem}) => stage === "cancelled" || (stage === "stopped" && problem?.retryable === true);

export class Uploads {
  /** @type {Upload[]} */
  list = [];
  #api;
  #limits;
  #onChange;
  #signatures;
  #slots = new Slots(AT_ONCE);
  #pace = new Pace();
  #expected = 600;
  #sentInAll = 0;
  #ids = 0;

  /**
   * @param {{api: URL, limits: Limits, onChange: (upload: Upload) => void}} options
   *   onChange: called with every upload that is new or has changed
   */
  constructor({api, limits, onChange}) {
    this.#api = api;
    this.#limits = limits;
    this.#onChange = onChange;
    this.#signatures = new Signatures({sign: (files) => sign(files, {api, limits}), batch: limits.maxFiles});
  }

  /**
   * Takes files in. One that is in the list already is not sent twice: if its upload was interrupted or stopped, it goes on.
   * @param {Iterable<File>} files
   * @returns {{added: Upload[], known: Upload[]}} known: those that were in the list
   */
  add(files) {
    const added = [];
    const known = [];
    for (const file of files) {
      const before = this.list.find((upload) => isSame(upload, file));
      if (before) {
        known.push(before);
        if (before.stage === "interrupted" || mayRetry(before)) {
          before.file = file;
          this.retry(before);
        } else {
          before.file ??= file; // for when the service, which is being asked, does not know it
        }
        continue;
      }
      const upload = this.#enter(file, file);
      upload.problem = check(file, this.#limits);
      if (upload.problem) this.#set(upload, "stopped");
      else this.#start(upload);
      added.push(upload);
    }
    return {added, known};
  }

  /**
   * Takes up what an earlier life of the tab left.
   * @param {Kept[]} kept
   */
  resume(kept) {
    for (const facts of kept) {
      const upload = this.#enter(facts, null);
      Object.assign(upload, {job: facts.job, result: facts.result, arrived: facts.arrived === true});
      if (upload.job) this.#follow(upload, (signal) => this.#recall(upload, signal));
      else this.#set(upload, "interrupted");
    }
  }

  /** Sends it again, or, when the file has arrived and only the result is missing, looks again. @param {Upload} upload */
  retry(upload) {
    if (upload.problem?.code === "no_result") this.#follow(upload, (signal) => this.#await(upload, 0, signal));
    else if (upload.file) this.#start(upload);
    else this.#set(upload, "interrupted");
  }

  /** Takes it out of the list. @param {Upload} upload */
  remove(upload) {
    upload.cancel();
    this.list.splice(this.list.indexOf(upload), 1);
  }

  cancelAll() {
    for (const upload of this.list) if (!isOver(upload)) upload.cancel();
  }

  /** The manifest with addresses that work now. @param {Upload} upload */
  async refresh(upload) {
    upload.manifest = (await current(/** @type {string} */ (upload.job), {api: this.#api})) ?? upload.manifest;
    return upload.manifest;
  }

  /** Seconds until the last byte of all is sent, when known. */
  left() {
    return this.#pace.left(this.list.reduce((sum, upload) => sum + (isOver(upload) || upload.arrived ? 0 : upload.size - upload.sent), 0));
  }

  /** @returns {Kept[]} what is worth taking up again after a reload */
  toKeep() {
    return this.list
      .filter((upload) => upload.stage !== "cancelled" && (upload.stage !== "stopped" || upload.arrived))
      .map(({name, size, type, lastModified, job, result, arrived}) => ({name, size, type, lastModified, job, result, arrived}));
  }

  /**
   * @param {{name: string, size: number, type: string, lastModified: number}} facts
   * @param {File | null} file
   * @returns {Upload}
   */
  #enter({name, size, type, lastModified}, file) {
    /** @type {Upload} */
    const upload = {
      id: (this.#ids += 1),
      ...{name, size, type, lastModified, file},
      ...{stage: "waiting", sent: 0, left: null, problem: null, manifest: null, arrived: false, cancel: () => {}},
    };
    this.list.push(upload);
    return upload;
  }

  /**
   * @param {Upload} upload
   * @returns {Promise<void>}
   */
  #start(upload) {
    const file = /** @type {File} */ (upload.file);
    Object.assign(upload, {job: undefined, result: undefined, arrived: false, sent: 0});
    this.#signatures.expect(file);
    return this.#follow(upload, (signal) => this.#send(upload, file, signal));
  }

  /**
   * Lets the steps run, and makes of how they end the upload's last stage.
   * @param {Upload} upload
   * @param {(signal: AbortSignal) => Promise<Manifest>} steps
   * @returns {Promise<void>}
   */
  async #follow(upload, steps) {
    const controller = new AbortController();
    upload.cancel = () => controller.abort();
    upload.problem = null;
    this.#set(upload, "waiting");
    try {
      upload.manifest = await steps(controller.signal);
      this.#set(upload, "done");
    } catch (problem) {
      if (controller.signal.aborted) {
        if (upload.file) this.#signatures.forget(upload.file); // it may still have been waiting for one
        return this.#set(upload, "cancelled");
      }
      if (!(problem instanceof Problem)) reportError(problem); // a mistake of ours: seen in the console, and still said
      upload.problem = problem instanceof Problem ? problem : new Problem("unexpected", "Something went wrong on this page.", {retryable: true});
      if (upload.problem.code !== "unknown" || upload.arrived) return this.#set(upload, "stopped");
      if (upload.file) return this.#start(upload); // chosen again while the service was asked
      this.#set(upload, "interrupted");
    }
  }

  /**
   * @param {Upload} upload
   * @param {File} file
   * @param {AbortSignal} signal
   */
  async #send(upload, file, signal) {
    const pace = new Pace();
    await this.#slots.run(
      () =>
        send(file, {
          signatures: this.#signatures,
          signal,
          onProgress: (progress) => {
            if (progress.stage === "uploading") {
              const {job, result} = progress.signed;
              Object.assign(upload, {job, result});
              this.#sentInAll += Math.max(0, progress.sent - upload.sent);
              this.#pace.note(this.#sentInAll);
              pace.note(progress.sent);
              upload.sent = progress.sent;
              upload.left = pace.left(progress.total - progress.sent);
            } else if (progress.stage === "again") {
              upload.problem = progress.problem;
            }
            this.#set(upload, progress.stage);
          },
        }),
      signal,
    );
    upload.arrived = true;
    return this.#await(upload, this.#expected, signal);
  }

  /**
   * @param {Upload} upload
   * @param {number} expected milliseconds until the result should be there
   * @param {AbortSignal} [signal]
   */
  async #await(upload, expected, signal) {
    this.#set(upload, "converting");
    const began = performance.now();
    const manifest = await result(/** @type {{job: string}} */ (upload), {
      api: this.#api,
      signal,
      expected: EARLY * expected,
      onSlow: () => this.#set(upload, "slow"),
    });
    const took = performance.now() - began;
    if (expected > 0 && took < UNUSUAL) this.#expected += WEIGHT * (took - this.#expected);
    return manifest;
  }

  /**
   * The result of an upload from before a reload. One that was on its way may have arrived or not: the service knows.
   * @param {Upload} upload
   * @param {AbortSignal} signal
   */
  async #recall(upload, signal) {
    for (let attempt = 1; !upload.arrived; attempt += 1) {
      try {
        await online(signal);
        const manifest = await unlessAborted(current(/** @type {string} */ (upload.job), {api: this.#api}), signal);
        upload.arrived = true;
        if (manifest?.status === "done") return manifest;
      } catch (problem) {
        if (!(problem instanceof Problem) || !problem.passing) throw problem;
        upload.problem = problem;
        this.#set(upload, "again");
        await sleep(backoff(Math.min(attempt, RARELY), problem.retryAfter), signal);
      }
    }
    return this.#await(upload, 0, signal);
  }

  /**
   * @param {Upload} upload
   * @param {Stage} stage
   */
  #set(upload, stage) {
    upload.stage = stage;
    this.#onChange(upload);
  }
}

/**
 * @param {Upload} upload
 * @param {File} file
 */
const isSame = (upload, file) => upload.name === file.name && upload.size === file.size && upload.lastModified === file.lastModified;
