/**
 * Model text to cards, tolerantly: JSON however broken, or lines of Q: and A:. Never throws,
 * whatever the text. The same rules as flashcards/parsing on the server;
 * tests/contract/parser_cases.json is the table of both.
 */

import { Assembler } from "./parse/assembler.js";
import { Drafts, clean, trim, withSingleSpaces } from "./parse/cards.js";
import { ProseCards } from "./parse/prose.js";
import { Scanner } from "./parse/scanner.js";

const QUOTED_CHARACTERS = 60;

/** @typedef {{front: string, back: string, [member: string]: any}} Card */

/** Cards out of text that is still arriving, each as soon as its JSON object closes. */
export class CardStream {
  #drafts = new Drafts();
  #scanner = new Scanner(new Assembler(this.#drafts));
  #text = "";
  #returnedCount = 0;

  /**
   * @param {string} text what came since the last call
   * @returns {Card[]} the cards that it completed
   */
  push(text) {
    const piece = String(text ?? "");
    this.#text += piece;
    this.#scanner.push(piece);
    return this.#newCards();
  }

  /**
   * No more text comes.
   * @returns {{cards: Card[], problems: string[]}} cards not told of before, and what was lost
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
 * @param {string} text
 * @returns {{cards: Card[], problems: string[]}} and a sentence for each card lost
 */
export function parseCards(text) {
  const stream = new CardStream();
  const cards = stream.push(text);
  const rest = stream.finish();
  return { cards: [...cards, ...rest.cards], problems: rest.problems };
}

/** @param {string} text @returns {Card[]} every card that the text holds */
export function parseFlashcards(text) {
  return parseCards(text).cards;
}

function noCardsMessage(text) {
  const characters = [...trim(clean(text))];
  if (!characters.length) return "The text is empty.";
  const beginning = withSingleSpaces(characters.slice(0, QUOTED_CHARACTERS).join(""));
  return `There are no cards in the text. It begins: “${beginning}${characters.length > QUOTED_CHARACTERS ? "…" : ""}”`;
}
