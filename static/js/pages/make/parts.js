import { chunks, spread } from "../notes/chunks.js";

/**
 * A part of a batch: one generation, or several when it was asked on. `received` cards have come of
 * it, thrown away or not.
 * @typedef {{index: number, requested: number, received: number, state: "open"|"done"|"failed",
 *   why?: string, generationIds: string[]}} Part
 */

/**
 * What a request is written in: long notes in several parts, anything else in one.
 * @param {import("./request-form.js").CardRequest} request
 * @returns {Part[]}
 */
export function partsOf({ count, source }) {
  const counts = source ? spread(count, chunks(source).length) : [count];
  return counts
    .map((partCount, index) => newPart(index, partCount))
    .filter((part) => part.requested);
}

/** @param {number} index @param {number} requested @returns {Part} */
export function newPart(index, requested) {
  return { index, requested, received: 0, state: "open", generationIds: [] };
}

/**
 * Return a part as it was stored in this tab. Earlier releases named its fields `at`, `count` and
 * `taken`.
 * @param {any} stored
 * @returns {Part}
 */
export function restorePart({ at, count, taken, ...part }) {
  return { index: at, requested: count, received: taken, ...part };
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
 * @param {number} index
 * @returns {string|undefined}
 */
export function notesOf({ source }, index) {
  return source && (chunks(source)[index] ?? source);
}
