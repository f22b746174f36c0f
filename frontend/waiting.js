/** The things that this client waits for: time, the network, and a tab that somebody looks at. */

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
 * What comes of the promise, unless the signal ends the wait for it, with its reason: who cancels does not wait.
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

/** Between two tries, at most, in milliseconds. */
const RAREST = 30_000;
/** What a server may ask for at most, in seconds: a mistake in its header shall not end the day. */
const PATIENCE = 600;

/**
 * Milliseconds to wait before the next try: doubling from one second, each cut by up to half at random, so that what
 * failed together does not come back together, and never earlier than the server asked for.
 * @param {number} attempt from 1
 * @param {number} [atLeast] seconds
 * @param {() => number} [random]
 */
export function backoff(attempt, atLeast = 0, random = Math.random) {
  const wait = Math.min(1000 * 2 ** (attempt - 1), RAREST);
  const asked = 1000 * Math.min(atLeast, PATIENCE);
  return asked > 0 ? Math.max(wait, asked) * (1 + random() / 10) : wait * (1 - random() / 2);
}

/** How long work may go on at a stretch: a frame has 16 ms, and the browser wants some of it. */
const STRETCH = 10;

/**
 * For long loops: what it returns is awaited in each round, and lets the browser draw and react when the loop has worked for
 * a while.
 */
export function breaths() {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < STRETCH) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}

/** False only when the browser is sure. */
export const isOnline = () => globalThis.navigator?.onLine !== false;

/** @param {AbortSignal} [signal] */
export const online = (signal) => until(isOnline, globalThis, "online", signal);

/** @param {AbortSignal} [signal] */
export const visible = (signal) => until(() => !globalThis.document?.hidden, globalThis.document, "visibilitychange", signal);

/**
 * @param {() => boolean} condition
 * @param {EventTarget} target where the event is heard that may have changed the condition
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
