import { pluralize } from "../lib/format.js";

const MAX_LISTED = 12;
const MAX_LISTED_LENGTH = 80;

/** What is said of a card that is there already. */
export const DUPLICATE_CARD = "The model wrote a card that is here already. Try once more.";

/**
 * The words of a request for cards beside others that are there already.
 * @param {string} topic
 * @param {number} count
 * @param {string[]} fronts
 */
export function promptExcluding(topic, count, fronts) {
  const request = `Generate ${count} flashcards about ${topic}`;
  if (!fronts.length) return request;
  const listed = fronts
    .slice(-MAX_LISTED)
    .map((front) => `- ${front.replaceAll(/\s+/gu, " ").slice(0, MAX_LISTED_LENGTH)}`);
  return `${request}\n\nDo not repeat these:\n${listed.join("\n")}`;
}

/**
 * Whether a card says what one of these says.
 * @param {{front: string, back: string}} card
 * @param {{front: string, back: string}[]} others
 */
export function includesCard(card, others) {
  return others.some(({ front, back }) => front === card.front && back === card.back);
}

/**
 * Where a request stands that has given no card yet.
 * @param {{status: string, place: number}} waiting
 */
export function waitingText({ status, place }) {
  if (status !== "queued") return "Starting generation...";
  return place
    ? `Waiting for an engine: ${pluralize(place, "set")} of cards before it`
    : "Waiting for an engine";
}

/** @param {{state: string, seconds?: number}} connection */
export function connectionText({ state, seconds }) {
  return state === "down"
    ? `The connection broke. Trying again in ${pluralize(seconds, "second")}; writing goes on meanwhile.`
    : "";
}
