import { promptBeside } from "../asking/beside.js";
import { chunks } from "../notes/chunks.js";

const TOPIC_CHARACTERS = 200;

/**
 * @typedef {{id: string, front: string, back: string, kind: string, sentence: string, found: boolean|null}} Card
 * @typedef {{name: string, cards: Card[], provenance: {topic: string, source: string, generationId: string|null}}} Deck
 */

/**
 * The wish for one other card about what this one is about, beside those of its deck and those that were proposed before.
 * @param {Card} card @param {Deck} deck
 * @param {{proposed: {front: string}[], language?: string, difficulty?: string}} more language and difficulty as the deck was asked for
 */
export function wishFor(card, deck, { proposed, language, difficulty }) {
  const topic = (deck.provenance.topic || deck.name).slice(0, TOPIC_CHARACTERS);
  const others = deck.cards.filter(({ id }) => id !== card.id);
  const fronts = [...others, ...proposed, card].map(({ front }) => front); // the last are the ones that a long list keeps
  const options = { kind: card.kind, language, difficulty, source: passage(card, deck.provenance) };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value));
  return { topic, count: 1, prompt: promptBeside(topic, 1, fronts), refresh: true, ...given };
}

/** The part of the notes that the card came of, as much as a model reads at once; its sentence alone when the notes lack that. */
function passage({ sentence }, { source }) {
  return chunks(source).find((part) => part.includes(sentence)) ?? sentence;
}
