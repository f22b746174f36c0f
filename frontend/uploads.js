/** The list of uploads: every chosen file, and what is done to many of them. */

import {forget} from "./session.js";
import {lostConnection} from "./problem.js";
import {isOver, mayRetry, Transfer} from "./transfer.js";
import {Duplicates} from "./duplicates.js";
import {breaths, each, persist} from "./waiting.js";

/** @typedef {(upload: Upload) => void} Choose called before a file is sent (choosing.js) */

export class Uploads {
  /** @type {Set<Upload>} */
  list = new Set();
  /** Loaded when it is needed. @type {import("./journey.js").Journey | null} */
  #journey = null;
  #options;
  /** @type {Uses} */
  #uses;
  #duplicates = new Duplicates();
  #ids = 0;
  /** Files chosen together are added one by one. @type {Promise<unknown>} */
  #adding = Promise.resolve();

  /**
   * @param {Access & {limits: Promise<Limits>, onChange: (upload: Upload) => void}} options
   *   limits: may still be loading. onChange: called with each new or changed upload
   */
  constructor({onChange, ...options}) {
    this.#options = options;
    this.#uses = {
      onChange,
      has: (upload) => this.list.has(upload),
      loaded: () => this.#journey,
      load: (options) => this.prepare(options),
    };
  }

  /** Loads the upload code, ideally before anybody waits for it. @param {Persistence} [options] */
  async prepare(options) {
    const {Journey} = await persist(() => import("./journey.js").catch(() => Promise.reject(lostConnection())), options);
    this.#journey ??= new Journey({...this.#options, onStage: (upload, stage) => upload.enter(stage)});
    return this.#journey;
  }

  /**
   * Adds files. A file that is already in the list is not sent twice: if its upload was interrupted or stopped, it continues.
   * @param {Iterable<File>} files
   * @param {Choose} [choose]
   * @returns known: already in the list, nothing to do
   */
  add(files, choose = () => {}, list = this.list) {
    const adding = this.#adding.then(() => this.#add(files, choose, list));
    this.#adding = adding.catch(() => {});
    return adding;
  }

  /** @param {Iterable<File>} files @param {Choose} choose @param {Set<Upload>} list */
  async #add(files, choose, list) {
    /** @type {Record<"added" | "resumed" | "known", Upload[]>} */
    const taken = {added: [], resumed: [], known: []};
    const breath = breaths();
    for (const file of files) {
      const before = await this.#duplicates.find(file);
      if (list !== this.list) break; // cleared meanwhile
      if (!before) {
        const upload = this.#enter(file, file, (this.#ids += 1));
        taken.added.push(upload);
        choose(upload);
        upload.start();
      } else if (before.stage === "interrupted" || mayRetry(before)) {
        before.file = file;
        taken.resumed.push(before);
        choose(before);
        before.retry();
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
   * @param {[number, Kept][]} kept by id, in order
   */
  async resume(kept, list = this.list) {
    this.#ids = Math.max(this.#ids, kept.at(-1)?.[0] ?? 0);
    await each(kept, ([id, facts]) => {
      if (list === this.list) this.#enter(facts, null, id).resume(facts);
      else forget(id);
    });
  }

  /** Also those that were cancelled. */
  retryAll() {
    return each(this.list, (upload) => {
      if (mayRetry(upload)) upload.retry();
    });
  }

  /** Removes it from the list. @param {Upload} upload */
  remove(upload) {
    upload.cancel();
    this.list.delete(upload);
    this.#duplicates.delete(upload);
    forget(upload.id);
  }

  async clear() {
    const all = [...this.list];
    this.list.clear(); // ends loops over it
    this.list = new Set();
    this.#duplicates = new Duplicates();
    await each(all, (upload) => {
      upload.cancel();
      forget(upload.id);
    });
  }

  /** Cancels the last one first; otherwise each cancelled one would make room for the next, which is cancelled too. */
  cancelAll() {
    return each([...this.list].reverse(), (upload) => {
      if (!isOver(upload)) upload.cancel();
    });
  }

  /** The manifest with fresh addresses. @param {Upload} upload */
  async refresh(upload) {
    upload.manifest = await (await this.prepare()).refresh(upload, () => this.list.has(upload));
    return upload.manifest;
  }

  /** The upload time of this many bytes in seconds, if known. @param {number} bytes */
  left(bytes) {
    return this.#journey?.left(bytes) ?? null;
  }

  /**
   * @param {Facts} facts
   * @param {File | null} file
   * @param {number} id
   */
  #enter(facts, file, id) {
    const upload = new Transfer(facts, file, id, this.#uses);
    this.list.add(upload);
    this.#duplicates.add(upload);
    return upload;
  }
}
