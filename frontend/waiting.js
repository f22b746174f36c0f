/** What this client waits for: time, the network, a visible tab, and a service that is busy. */

import {Problem} from "./problem.js";

/**
 * @param {number} milliseconds
 * @param {AbortSignal} [signal] ends the wait with its reason
 * @returns {Promise<void>}
 */
export function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, {once: true});
  });
}

/**
 * The result of the promise, unless the signal aborts first; then rejects with the signal's reason, without waiting.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export function unlessAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal?.reason);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, {once: true});
    promise.then(resolve, reject).finally(() => signal?.removeEventListener("abort", stop));
  });
}

/** The longest delay between two attempts, in milliseconds. */
const RAREST = 30_000;
/** The longest delay that a server may request, in seconds, because a wrong header must not stop the page for a day. */
const PATIENCE = 600;

/**
 * Milliseconds to wait before the next attempt: doubling from one second, each shortened at random by up to half, so that
 * uploads that failed together do not retry together, and never earlier than the server requested.
 * @param {number} attempt from 1
 * @param {number} [atLeast] seconds
 * @param {() => number} [random]
 */
export function backoff(attempt, atLeast = 0, random = Math.random) {
  const wait = Math.min(1000 * 2 ** (attempt - 1), RAREST);
  const asked = 1000 * Math.min(atLeast, PATIENCE);
  return asked > 0 ? Math.max(wait, asked) * (1 + random() / 10) : wait * (1 - random() / 2);
}

/**
 * Runs the task until it succeeds, or fails with a problem that is not temporary.
 * @template T
 * @param {() => Promise<T>} task
 * @param {{queue?: import("./patience.js").Patience} & Persistence} [options]
 * @returns {Promise<T>}
 */
export async function persist(task, {queue, signal, onTrouble} = {}) {
  const once = () => unlessAborted(task(), signal);
  for (let attempt = 1; ; attempt += 1) {
    try {
      signal?.throwIfAborted();
      return await (queue ? queue.run(once, signal) : once());
    } catch (problem) {
      if (!(problem instanceof Problem) || !problem.passing) throw problem;
      onTrouble?.(problem);
      await sleep(backoff(attempt, problem.retryAfter), signal);
      await online(signal);
    }
  }
}

/** How long a loop may run without a pause: a frame has 16 ms, and the browser needs some of it. */
const STRETCH = 10;

/** For long loops: await the returned function in each round, so that the browser can draw and react. */
export function breaths() {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < STRETCH) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}

/**
 * Acts on one after the other, with such breaths.
 * @template T
 * @param {Iterable<T>} many
 * @param {(one: T) => unknown} act
 */
export async function each(many, act) {
  const breath = breaths();
  for (const one of many) {
    await act(one);
    await breath();
  }
}

/** False only if the browser is certain. */
export const isOnline = () => globalThis.navigator?.onLine !== false;

/** @param {AbortSignal} [signal] */
export const online = (signal) => until(isOnline, globalThis, "online", signal);

/** @param {AbortSignal} [signal] */
export const visible = (signal) => until(() => !globalThis.document?.hidden, globalThis.document, "visibilitychange", signal);

/**
 * @param {() => boolean} condition
 * @param {EventTarget} target dispatches the event after which the condition may have changed
 * @param {string} event
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
function until(condition, target, event, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    if (condition()) return resolve();
    const forget = () => {
      target.removeEventListener(event, look);
      signal?.removeEventListener("abort", stop);
    };
    const look = () => {
      if (!condition()) return;
      forget();
      resolve();
    };
    const stop = () => {
      forget();
      reject(signal?.reason);
    };
    target.addEventListener(event, look);
    signal?.addEventListener("abort", stop);
  });
}
