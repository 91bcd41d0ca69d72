import { counted } from "../lib/format.js";

const LISTED_MOST = 12;
const LISTED_CHARACTERS = 80;

/** What is said of a card that is there already. */
export const REPEATED = "The model wrote a card that is here already. Try once more.";

/**
 * The words of a request for cards beside others that are there already.
 * @param {string} topic
 * @param {number} count
 * @param {string[]} fronts
 */
export function promptBeside(topic, count, fronts) {
  const ask = `Generate ${count} flashcards about ${topic}`;
  if (!fronts.length) return ask;
  const listed = fronts
    .slice(-LISTED_MOST)
    .map((front) => `- ${front.replaceAll(/\s+/gu, " ").slice(0, LISTED_CHARACTERS)}`);
  return `${ask}\n\nDo not repeat these:\n${listed.join("\n")}`;
}

/**
 * Whether a card says what one of these says.
 * @param {{front: string, back: string}} card
 * @param {{front: string, back: string}[]} others
 */
export function isAmong(card, others) {
  return others.some(({ front, back }) => front === card.front && back === card.back);
}

/**
 * Where a request stands that has given no card yet.
 * @param {{status: string, place: number}} waiting
 */
export function waitingWords({ status, place }) {
  if (status !== "queued") return "Starting generation...";
  return place
    ? `Waiting for an engine: ${counted(place, "set")} of cards before it`
    : "Waiting for an engine";
}

/** @param {{state: string, seconds?: number}} connection */
export function connectionWords({ state, seconds }) {
  return state === "down"
    ? `The connection broke. Trying again in ${counted(seconds, "second")}; writing goes on meanwhile.`
    : "";
}
