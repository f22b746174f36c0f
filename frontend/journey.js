/** Runs one upload from the file to its thumbnails, and keeps what all uploads share. */

import {check, look} from "./check.js";
import {Speed} from "./speed.js";
import {Patience} from "./patience.js";
import {current, isThere, result} from "./result.js";
import {sign} from "./sign.js";
import {Signatures} from "./signatures.js";
import {Slots} from "./slots.js";
import {send} from "./upload.js";
import {persist, unlessAborted} from "./waiting.js";

/** Concurrent uploads. Under HTTP/1.1 a browser opens six connections per host: three stay free for the results. */
const AT_ONCE = 3;
/** Weight of a new measurement in the expected conversion time. */
const WEIGHT = 0.5;
/** The first poll comes slightly earlier than expected; otherwise the expectation could only grow. */
const EARLY = 0.9;
/** A conversion that takes this much longer than expected says nothing about the next one. Milliseconds. */
const UNUSUAL = 4_000;

export class Journey {
  #access;
  #limits;
  #onStage;
  #signatures;
  #slots = new Slots(AT_ONCE);
  #recalls = new Slots(AT_ONCE);
  #patience = new Patience();
  #speed = new Speed();
  #expected = 600;
  #sentInAll = 0;
  /** What was chosen for a file that is sent. @type {WeakMap<File, Choice | undefined>} */
  #choices = new WeakMap();

  /** One slot per attempt, so that a file between two attempts blocks no other. */
  #queue = {
    /** @template T @param {() => Promise<T>} task @param {AbortSignal} [signal] */
    run: (task, signal) => this.#slots.run(() => this.#patience.run(task, signal), signal),
  };

  /**
   * @param {Access & {limits: Promise<Limits>, onStage: (upload: Upload, stage: Stage) => void}} options
   *   limits: may still be loading
   */
  constructor({limits, onStage, ...access}) {
    this.#access = access;
    this.#limits = limits;
    this.#onStage = onStage;
    const signAll = async (/** @type {File[]} */ files) => sign(files, {...access, limits: await limits, choice: (file) => this.#choices.get(file)});
    this.#signatures = new Signatures({sign: signAll, batch: 25});
    limits.then(({maxFiles}) => (this.#signatures.batch = maxFiles), () => {});
  }

  /** @param {File} file that will not be sent */
  forget(file) {
    this.#signatures.forget(file);
  }

  /** The upload time of this many bytes, in seconds. @param {number} bytes */
  left(bytes) {
    return this.#speed.left(bytes);
  }

  /**
   * From the file to the manifest. Throws the Problem that ends it.
   * @param {Upload} upload
   * @param {File} file
   * @param {AbortSignal} signal
   * @returns {Promise<Manifest>}
   */
  async begin(upload, file, signal) {
    await unlessAborted(Promise.resolve(upload.hold), signal);
    const limits = await unlessAborted(this.#limits, signal);
    await look(file, limits);
    signal.throwIfAborted();
    const problem = check(file, limits);
    if (problem) throw problem;
    this.#choices.set(file, upload.choice);
    this.#signatures.expect(file);
    const speed = new Speed();
    const signed = await send(file, {
      signatures: this.#signatures,
      isThere: (job) => isThere(job, this.#access),
      queue: this.#queue,
      signal,
      onProgress: (progress) => {
        if (progress.stage === "uploading") {
          upload.job = progress.signed.job;
          this.#sentInAll += Math.max(0, progress.sent - upload.sent);
          this.#speed.note(this.#sentInAll);
          speed.note(progress.sent);
          upload.sent = progress.sent;
          upload.left = speed.left(progress.total - progress.sent);
        } else if (progress.stage === "again") {
          upload.problem = progress.problem;
        }
        this.#onStage(upload, progress.stage);
      },
    });
    upload.arrived = true;
    return this.await(upload, {isNew: true, result: signed.result, signal});
  }

  /**
   * @param {Upload} upload whose file has arrived
   * @param {{isNew?: boolean, result?: string, signal: AbortSignal}} options
   *   isNew: has just arrived. result: its address; without it, the API is called
   * @returns {Promise<Manifest>}
   */
  async await(upload, {isNew = false, result: address, signal}) {
    this.#onStage(upload, "converting");
    const began = performance.now();
    const onReach = (/** @type {import("./problem.js").Problem | null} */ problem) => {
      upload.problem = problem;
      this.#onStage(upload, problem ? "again" : "converting");
    };
    const manifest = await result(
      {job: /** @type {string} */ (upload.job), result: address},
      {...this.#access, signal, expected: isNew ? () => EARLY * this.#expected : 0, onSlow: () => this.#onStage(upload, "slow"), onReach},
    );
    const took = performance.now() - began;
    if (isNew && took < this.#expected + UNUSUAL) this.#expected += WEIGHT * (took - this.#expected);
    return manifest;
  }

  /**
   * The result of an upload from before a reload. The service knows whether its file has arrived.
   * @param {Upload} upload
   * @param {AbortSignal} signal
   * @returns {Promise<Manifest>}
   */
  async recall(upload, signal) {
    const manifest = await persist(() => this.#recalls.run(() => current(/** @type {string} */ (upload.job), this.#access), signal), {
      queue: this.#patience,
      signal,
      onTrouble: (problem) => {
        upload.problem = problem;
        this.#onStage(upload, "again");
      },
    });
    upload.arrived = true;
    return manifest?.status === "done" ? manifest : this.await(upload, {signal});
  }

  /**
   * The manifest with fresh addresses. If the service has none any more, the upload ends with that problem.
   * @param {Upload} upload
   * @param {() => boolean} isWanted asked when its turn comes: perhaps the list was cleared for another person
   */
  async refresh(upload, isWanted) {
    const ask = async () => (isWanted() ? current(/** @type {string} */ (upload.job), this.#access) : null);
    const manifest = await this.#recalls.run(ask).catch((problem) => {
      if (problem.code === "unknown" || problem.code === "erased") {
        Object.assign(upload, {problem, manifest: null, made: null});
        this.#onStage(upload, "stopped");
      }
      throw problem;
    });
    return manifest?.status === "done" ? manifest : upload.manifest;
  }
}
