/**
 * A tolerant parser for cards in a model's output: JSON, even if it is broken, or lines with Q: and
 * A:.
 *
 * It never throws, whatever the text is. flashcards/parsing on the server follows the same rules,
 * and tests/contract/parser_cases.json contains test cases for both.
 */

import { gettext } from "./i18n.js";
import { Assembler } from "./parse/assembler.js";
import { Drafts, clean } from "./parse/cards.js";
import { trim, withSingleSpaces } from "./parse/folding.js";
import { ProseCards } from "./parse/prose.js";
import { Scanner } from "./parse/scanner.js";

const QUOTED_CHARACTERS = 60;

/** @typedef {{front: string, back: string, [member: string]: any}} Card */
/** @typedef {(card: Card) => void} Check  Throws a BadCard if a card must be rejected. */

/** A parser for text that is still arriving. It returns each card when its JSON object closes. */
export class CardStream {
  #drafts;
  #scanner;
  #text = "";
  #returnedCount = 0;

  /**
   * @param {Check} [check]
   * @param {Card[]} [earlier] cards that must not be repeated
   */
  constructor(check, earlier) {
    this.#drafts = new Drafts(check, earlier);
    this.#scanner = new Scanner(new Assembler(this.#drafts));
  }

  /**
   * Add text that has arrived since the last call.
   * @param {string} text
   * @returns {Card[]} the cards that the text completes
   */
  push(text) {
    const piece = String(text ?? "");
    this.#text += piece;
    this.#scanner.push(piece);
    return this.#newCards();
  }

  /** The number of cards that were rejected since the last accepted one. */
  get rejectedInARow() {
    return this.#drafts.rejectedInARow;
  }

  /**
   * Process the end of the text.
   * @returns {{cards: Card[], problems: string[]}} cards that were not returned before, and a
   *   message for each card that was lost
   */
  finish() {
    this.#scanner.finish();
    if (!this.#drafts.number) new ProseCards(this.#drafts).read(this.#text);
    const problems = this.#drafts.number ? this.#drafts.problems : [noCardsMessage(this.#text)];
    return { cards: this.#newCards(), problems };
  }

  #newCards() {
    const newCards = this.#drafts.cards.slice(this.#returnedCount);
    this.#returnedCount += newCards.length;
    return newCards;
  }
}

/**
 * Return the cards in a text.
 * @param {string} text
 * @param {Check} [check]
 * @param {Card[]} [earlier] cards that must not be repeated
 * @returns {{cards: Card[], problems: string[]}} and a message for each card that was lost
 */
export function parseCards(text, check, earlier) {
  const stream = new CardStream(check, earlier);
  const cards = stream.push(text);
  const rest = stream.finish();
  return { cards: [...cards, ...rest.cards], problems: rest.problems };
}

/** @param {string} text @returns {Card[]} every card in the text */
export function parseFlashcards(text) {
  return parseCards(text).cards;
}

function noCardsMessage(text) {
  const characters = [...trim(clean(text))];
  if (!characters.length) return gettext("The text is empty.");
  const beginning = withSingleSpaces(characters.slice(0, QUOTED_CHARACTERS).join(""));
  const ellipsis = characters.length > QUOTED_CHARACTERS ? "…" : "";
  return gettext("There are no cards in the text. It begins: “%(beginning)s”", {
    beginning: beginning + ellipsis,
  });
}
