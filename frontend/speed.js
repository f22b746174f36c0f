/** Measures the upload speed, and estimates the remaining time. */

/** Long enough to smooth out a phone's connection, short enough to notice a change. */
const WINDOW = 10_000;
/** An estimate from less than this would fluctuate. */
const ENOUGH = 1_500;

export class Speed {
  /** @type {{at: number, bytes: number}[]} */
  #samples = [];
  #now;

  /** @param {() => number} [now] milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** @param {number} bytes sent so far, in total; fewer than before when an attempt starts again */
  note(bytes) {
    const at = this.#now();
    if (bytes < (this.#samples.at(-1)?.bytes ?? 0)) this.#samples = [];
    this.#samples.push({at, bytes});
    while (this.#samples[0].at < at - WINDOW) this.#samples.shift();
  }

  /**
   * @param {number} bytes still to go
   * @returns {number | null} seconds; null if unknown, or if nothing is left
   */
  left(bytes) {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (bytes === 0 || !first || !last || last.at - first.at < ENOUGH || last.bytes === first.bytes) return null;
    return (bytes * (last.at - first.at)) / (last.bytes - first.bytes) / 1000;
  }
}
