import { chunks, spread } from "../notes/chunks.js";

/**
 * A part of a batch: one generation, or several when it was asked on. `taken` cards have come of
 * it, thrown away or not.
 * @typedef {{at: number, count: number, taken: number, state: "open"|"done"|"failed", why?: string,
 *   generationIds: string[]}} Part
 */

/**
 * What a request is written in: long notes in several parts, anything else in one.
 * @param {import("./request-form.js").CardRequest} request
 * @returns {Part[]}
 */
export function partsOf({ count, source }) {
  const counts = source ? spread(count, chunks(source).length) : [count];
  return counts.map((own, at) => openPart(at, own)).filter((part) => part.count);
}

/** @param {number} at @param {number} count @returns {Part} */
export function openPart(at, count) {
  return { at, count, taken: 0, state: "open", generationIds: [] };
}

/**
 * The part that a generation was asked for, if any of these remembers it.
 * @param {Part[]|undefined} parts
 * @param {string|null} generationId
 */
export function partOf(parts, generationId) {
  return parts?.find(({ generationIds }) => generationIds.includes(generationId));
}

/**
 * The notes of one part.
 * @param {import("./request-form.js").CardRequest} request
 * @param {number} at
 * @returns {string|undefined}
 */
export function notesOf({ source }, at) {
  return source && (chunks(source)[at] ?? source);
}
