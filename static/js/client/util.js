/**
 * Time, so that tests can have their own.
 * @typedef {{now: () => number, setTimeout: (step: () => void, ms: number) => any, clearTimeout:
 *   (timer: any) => void}} Clock
 */

/**
 * @type {Clock} the real one; browsers refuse timers that are called as methods of something else
 */
export const realClock = {
  now: () => Date.now(),
  setTimeout: (step, ms) => setTimeout(step, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};

const INITIAL_SECONDS = 0.5;
const MAX_SECONDS = 30;

/**
 * How long to wait before the next try: twice as long each time, and never all clients at the same
 * moment.
 * @param {number} attempts that failed already @param {() => number} random
 * @returns {number} seconds
 */
export function backoffSeconds(attempts, random) {
  const ceiling = Math.min(MAX_SECONDS, INITIAL_SECONDS * 2 ** Math.min(attempts, 20));
  return ceiling * (0.5 + random() / 2);
}

/** A random id; crypto.randomUUID is for secure pages only. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
