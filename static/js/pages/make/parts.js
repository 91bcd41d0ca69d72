import { chunks, spread } from "./notes/chunks.js";

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

const LISTED_MOST = 12;
const LISTED_CHARACTERS = 80;

/** The words of a request for cards beside others that are there already. @param {string} topic @param {number} count @param {string[]} fronts */
export function promptBeside(topic, count, fronts) {
  const ask = `Generate ${count} flashcards about ${topic}`;
  if (!fronts.length) return ask;
  const listed = fronts.slice(-LISTED_MOST).map((front) => `- ${front.replaceAll(/\s+/gu, " ").slice(0, LISTED_CHARACTERS)}`);
  return `${ask}\n\nDo not repeat these:\n${listed.join("\n")}`;
}
