import { chunks, spread } from "../notes/chunks.js";

/**
 * A part of a batch. It has one generation, or several if more cards were requested later.
 * `received` counts all cards that arrived, including discarded ones.
 * @typedef {{index: number, requested: number, received: number, state: "open"|"done"|"failed",
 *   why?: string, generationIds: string[]}} Part
 */

/**
 * Split a request into parts. Long notes are split into several; other requests have one.
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
 * Return a part that was stored in this tab.
 *
 * Earlier releases named its fields `at`, `count` and `taken`.
 * @param {any} stored
 * @returns {Part}
 */
export function restorePart({ at, count, taken, ...part }) {
  return { index: at, requested: count, received: taken, ...part };
}

/**
 * Return the part that a generation was requested for, if any.
 * @param {Part[]|undefined} parts
 * @param {string|null} generationId
 */
export function partOf(parts, generationId) {
  return parts?.find(({ generationIds }) => generationIds.includes(generationId));
}

/**
 * Return the notes of one part.
 * @param {import("./request-form.js").CardRequest} request
 * @param {number} index
 * @returns {string|undefined}
 */
export function notesOf({ source }, index) {
  return source && (chunks(source)[index] ?? source);
}

/**
 * Return the number of cards that a model wrote. Cards that were made by rule do not count towards
 * the request.
 * @param {import("./save-form.js").BatchRecord} record
 */
export function writtenCount({ cards }) {
  return cards.filter(({ byRule: isByRule }) => !isByRule).length;
}
