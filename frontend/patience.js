/**
 * Shares what one upload learns about the connection and the service. If one meets an outage or a throttle, the others wait
 * instead of finding out for themselves. When the wait is over, one goes ahead; once it succeeds, all follow.
 */

import {Problem} from "./problem.js";
import {backoff, isOnline, online, sleep, unlessAborted} from "./waiting.js";

export class Patience {
  /** Consecutive failures; 0 while all is well. */
  #troubles = 0;
  #until = 0;
  #scouting = false;
  /** Settled when the upload that went ahead has returned. @type {{promise: Promise<void>, resolve: () => void} | null} */
  #back = null;

  /**
   * Runs the task as soon as no outage is known, and learns from its result.
   * @template T
   * @param {() => Promise<T>} task
   * @param {AbortSignal} [signal]
   * @returns {Promise<T>}
   */
  async run(task, signal) {
    const scout = await this.#turn(signal);
    const troubles = this.#troubles;
    try {
      const value = await task();
      this.#troubles = 0;
      return value;
    } catch (problem) {
      if (problem instanceof Problem) this.#learn(problem, troubles);
      throw problem;
    } finally {
      if (scout) {
        this.#scouting = false;
        this.#back?.resolve();
        this.#back = null;
      }
    }
  }

  /**
   * @param {Problem} problem
   * @param {number} before failures when the task began
   */
  #learn(problem, before) {
    if (problem.code !== "network" && problem.code !== "busy") {
      if (problem.code !== "unreadable") this.#troubles = 0; // a refusal is a response too
      return;
    }
    if (before === this.#troubles) this.#troubles += 1; // concurrent failures count once
    this.#until = Math.max(this.#until, performance.now() + backoff(this.#troubles, problem.retryAfter));
  }

  /**
   * @param {AbortSignal} [signal]
   * @returns {Promise<boolean>} whether it goes ahead alone
   */
  async #turn(signal) {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#troubles === 0) return false;
      const wait = this.#until - performance.now();
      if (!isOnline()) {
        await online(signal);
        this.#until = 0;
      } else if (wait > 0) {
        await sleep(wait, signal);
      } else if (this.#scouting) {
        this.#back ??= open();
        await unlessAborted(this.#back.promise, signal);
      } else {
        this.#scouting = true;
        return true;
      }
    }
  }
}

/** A promise that another function settles. */
export function open() {
  /** @type {{promise: Promise<void>, resolve: () => void, reject: (reason: Problem) => void}} */
  const opened = {promise: Promise.resolve(), resolve: () => {}, reject: () => {}};
  opened.promise = new Promise((resolve, reject) => Object.assign(opened, {resolve, reject}));
  opened.promise.catch(() => {}); // nothing may wait for it yet
  return opened;
}
