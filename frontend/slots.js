/** A few at a time, first come first served. */
export class Slots {
  #free;
  /** @type {(() => void)[]} */
  #queue = [];

  /** @param {number} count */
  constructor(count) {
    this.#free = count;
  }

  /**
   * Runs the task when a slot is free. Aborted before its turn, it never runs.
   * @template T
   * @param {() => Promise<T>} task
   * @param {AbortSignal} signal
   * @returns {Promise<T>}
   */
  async run(task, signal) {
    await this.#turn(signal);
    try {
      return await task();
    } finally {
      this.#free += 1;
      this.#queue.shift()?.();
    }
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  #turn(signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const start = () => {
        signal.removeEventListener("abort", leave);
        this.#free -= 1;
        resolve();
      };
      const leave = () => {
        this.#queue.splice(this.#queue.indexOf(start), 1);
        reject(signal.reason);
      };
      if (this.#free > 0) return start();
      this.#queue.push(start);
      signal.addEventListener("abort", leave, {once: true});
    });
  }
}
