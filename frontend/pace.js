/** How fast bytes go, and so how long the rest takes. */

/** Long enough to even out a phone's connection, short enough to notice that it changed. */
const WINDOW = 10_000;
/** An estimate from less than this would only jump about. */
const ENOUGH = 1_500;

export class Pace {
  /** @type {{at: number, bytes: number}[]} */
  #samples = [];
  #now;

  /** @param {() => number} [now] milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** @param {number} bytes sent so far, in all; fewer than before when a try starts again */
  note(bytes) {
    const at = this.#now();
    if (bytes < (this.#samples.at(-1)?.bytes ?? 0)) this.#samples = [];
    this.#samples.push({at, bytes});
    while (this.#samples[0].at < at - WINDOW) this.#samples.shift();
  }

  /**
   * @param {number} bytes still to go
   * @returns {number | null} seconds; null when it cannot be said, or nothing is left
   */
  left(bytes) {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (bytes === 0 || !first || !last || last.at - first.at < ENOUGH || last.bytes === first.bytes) return null;
    return (bytes * (last.at - first.at)) / (last.bytes - first.bytes) / 1000;
  }
}
