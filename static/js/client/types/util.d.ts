/**
 * How long to wait before the next try: twice as long each time, and never all clients at the same
 * moment.
 * @param {number} attempts that failed already @param {() => number} random
 * @returns {number} seconds
 */
export function backoffSeconds(attempts: number, random: () => number): number;
/** A random id; crypto.randomUUID is for secure pages only. */
export function newId(): string;
/**
 * Time, so that tests can have their own.
 * @typedef {{now: () => number, setTimeout: (step: () => void, ms: number) => any, clearTimeout:
 *   (timer: any) => void}} Clock
 */
/**
 * @type {Clock} the real one; browsers refuse timers that are called as methods of something else
 */
export const realClock: Clock;
/**
 * Time, so that tests can have their own.
 */
export type Clock = {
    now: () => number;
    setTimeout: (step: () => void, ms: number) => any;
    clearTimeout: (timer: any) => void;
};
