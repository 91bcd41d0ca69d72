import { gettext, ngettext } from "../../client/i18n.js";

const MAX_LISTED = 12;
const MAX_LISTED_LENGTH = 80;

/** The error message for a card that already exists. */
export const DUPLICATE_CARD = gettext(
  "The model wrote a card that is here already. Try once more.",
);

/**
 * Return the prompt for cards that do not repeat existing cards.
 * @param {string} topic
 * @param {number} count
 * @param {string[]} fronts fronts of the existing cards; only the last ones are listed
 */
export function promptExcluding(topic, count, fronts) {
  // eslint-disable-next-line mindflip/no-untranslated-text -- a prompt for the model
  const request = `Generate ${count} flashcards about ${topic}`;
  if (!fronts.length) return request;
  const listed = fronts
    .slice(-MAX_LISTED)
    .map((front) => `- ${front.replaceAll(/\s+/gu, " ").slice(0, MAX_LISTED_LENGTH)}`);
  // eslint-disable-next-line mindflip/no-untranslated-text -- a prompt for the model
  return `${request}\n\nDo not repeat these:\n${listed.join("\n")}`;
}

/**
 * Return whether a card has the same front and back as one of the others.
 * @param {{front: string, back: string}} card
 * @param {{front: string, back: string}[]} others
 */
export function includesCard(card, others) {
  return others.some(({ front, back }) => front === card.front && back === card.back);
}

/**
 * Return the status text of a request that has no cards yet.
 * @param {{status: string, place: number}} waiting
 */
export function waitingText({ status, place }) {
  if (status !== "queued") return gettext("Starting generation...");
  return place
    ? ngettext(
        "Waiting for an engine: %(count)s set of cards before it",
        "Waiting for an engine: %(count)s sets of cards before it",
        place,
      )
    : gettext("Waiting for an engine");
}

/**
 * Return a warning if the connection is down, otherwise "".
 * @param {{state: string, seconds?: number}} connection
 */
export function connectionText({ state, seconds }) {
  if (state !== "down") return "";
  const retry = ngettext(
    "Trying again in %(count)s second",
    "Trying again in %(count)s seconds",
    seconds,
  );
  return gettext("The connection broke. %(retry)s; writing goes on meanwhile.", { retry });
}
