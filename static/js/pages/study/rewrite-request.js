import { gettext } from "../../client/i18n.js";
import { promptExcluding } from "../generate/prompt.js";
import { kindOf, kindWithGaps } from "../lib/card-kinds.js";
import { fillGaps, hasGaps } from "../text/cloze.js";

const TOPIC_CHARACTERS = 200;

/**
 * Build the request for simpler cards about the same fact as a card.
 *
 * The notes of the request are the sentence that the card comes from, or the card itself.
 * @param {{front: string, back: string, kind: string, sentence?: string}} card
 * @param {number} count
 * @param {{front: string, back: string}[]} suggested earlier suggestions, which are not repeated
 */
export function rewriteRequest(card, count, suggested) {
  const front = fillGaps(card.front).text;
  const topic = front.replaceAll(/\s+/gu, " ").trim().slice(0, TOPIC_CHARACTERS);
  const fronts = [...suggested.map((other) => other.front), card.front];
  // eslint-disable-next-line mindflip/no-untranslated-text -- a prompt for the model
  const wish = "The learner keeps forgetting the last one. Make each new card simpler: one fact.";
  return {
    topic,
    count,
    kind: card.kind,
    source: card.sentence || `${front}\n${card.back}`,
    prompt: `${promptExcluding(topic, count, fronts)}\n\n${wish}`,
    refresh: true,
  };
}

/**
 * Return the cards to save, with the index of each, and messages by field.
 *
 * A card whose front has a gap is a cloze. The others have the kind of the old card, unless that
 * needs a gap.
 * @param {{front: string, back: string}[]} written sides in the dialog; empty cards are left out
 * @param {string} oldKind
 */
export function newCardsOf(written, oldKind) {
  const textKind = kindOf(oldKind).hasGaps ? kindOf().name : oldKind;
  const kindFor = ({ front }) => (hasGaps(front) ? kindWithGaps().name : textKind);
  const errors = {};
  const cards = written
    .map((card, index) => ({ ...card, index, kind: kindFor(card) }))
    .filter(({ front, back }) => front || back);
  for (const { front, back, index } of cards) {
    if (!front) errors[`front-${index + 1}`] = gettext("Write the question.");
    if (!back) errors[`back-${index + 1}`] = gettext("Write the answer.");
  }
  if (!cards.length) errors["front-1"] = gettext("Write at least one card.");
  return { cards, errors };
}
