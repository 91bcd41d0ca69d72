/**
 * A source of time and timers, which tests replace.
 * @typedef {{now: () => number, setTimeout: (step: () => void, ms: number) => any, clearTimeout:
 *   (timer: any) => void}} Clock
 */

/**
 * @type {Clock} the system's clock; browsers reject timer functions that are called as methods of
 *   other objects
 */
export const realClock = {
  now: () => Date.now(),
  setTimeout: (step, ms) => setTimeout(step, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};

const INITIAL_SECONDS = 0.5;
const MAX_SECONDS = 30;

/**
 * Return how long to wait before the next attempt.
 *
 * The delay grows by a factor of two with each attempt, from 0.5 to 30 seconds. It is reduced by up
 * to 50% at random, so that clients do not all reconnect at the same moment.
 * @param {number} attempts the number of failed attempts @param {() => number} random
 * @returns {number} seconds
 */
export function backoffSeconds(attempts, random) {
  const ceiling = Math.min(MAX_SECONDS, INITIAL_SECONDS * 2 ** Math.min(attempts, 20));
  return ceiling * (0.5 + random() / 2);
}

/** Return a random ID. (`crypto.randomUUID` is only available on secure pages.) */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
