/**
 * Return how long to wait before the next attempt.
 *
 * The delay grows by a factor of two with each attempt, from 0.5 to 30 seconds. It is reduced by up
 * to 50% at random, so that clients do not all reconnect at the same moment.
 * @param {number} attempts the number of failed attempts @param {() => number} random
 * @returns {number} seconds
 */
export function backoffSeconds(attempts: number, random: () => number): number;
/** Return a random ID. (`crypto.randomUUID` is only available on secure pages.) */
export function newId(): string;
/**
 * A source of time and timers, which tests replace.
 * @typedef {{now: () => number, setTimeout: (step: () => void, ms: number) => any, clearTimeout:
 *   (timer: any) => void}} Clock
 */
/**
 * @type {Clock} the system's clock; browsers reject timer functions that are called as methods of
 *   other objects
 */
export const realClock: Clock;
/**
 * A source of time and timers, which tests replace.
 */
export type Clock = {
    now: () => number;
    setTimeout: (step: () => void, ms: number) => any;
    clearTimeout: (timer: any) => void;
};
