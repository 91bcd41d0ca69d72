import { chunks, spread } from "../notes/chunks.js";

/**
 * A part of a batch: one generation, or several when it was asked on. `taken` cards have come of it, thrown away or not.
 * @typedef {{at: number, count: number, taken: number, state: "open"|"done"|"failed", why?: string, generationIds: string[]}} Part
 */

/** What a request is written in: long notes in several parts, anything else in one. @param {import("./request-form.js").CardRequest} request @returns {Part[]} */
export function partsOf({ count, source }) {
  const counts = source ? spread(count, chunks(source).length) : [count];
  return counts.map((own, at) => ({ at, count: own, taken: 0, state: /** @type {const} */ ("open"), generationIds: [] })).filter((part) => part.count);
}

/** The notes of one part. @param {import("./request-form.js").CardRequest} request @param {number} at @returns {string|undefined} */
export function notesOf({ source }, at) {
  return source && (chunks(source)[at] ?? source);
}
