/** Runs a limited number of tasks at a time, first come, first served. */
export class Slots {
  #free;
  /** @type {Set<() => void>} in order of arrival */
  #queue = new Set();

  /** @param {number} count */
  constructor(count) {
    this.#free = count;
  }

  /**
   * Runs the task when a slot is free. If it is aborted before its turn, it never runs.
   * @template T
   * @param {() => Promise<T>} task
   * @param {AbortSignal} [signal]
   * @returns {Promise<T>}
   */
  async run(task, signal) {
    await this.#turn(signal);
    try {
      return await task();
    } finally {
      this.#free += 1;
      const [next] = this.#queue;
      next?.();
    }
  }

  /**
   * @param {AbortSignal} [signal]
   * @returns {Promise<void>}
   */
  #turn(signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const start = () => {
        signal?.removeEventListener("abort", leave);
        this.#queue.delete(start);
        this.#free -= 1;
        resolve();
      };
      const leave = () => {
        this.#queue.delete(start);
        reject(signal?.reason);
      };
      if (this.#free > 0) return start();
      this.#queue.add(start);
      signal?.addEventListener("abort", leave, {once: true});
    });
  }
}
