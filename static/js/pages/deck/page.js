import { part, setText } from "../lib/dom.js";
import { pluralize } from "../lib/format.js";
import { container } from "../lib/live-results.js";

/** The deck page's element. */
export const page = document.getElementById("deck");

/** Where its deck is in the REST API. */
export const deckAddress = `/api/flashcards/decks/${page?.dataset.deck}`;

/** Where a card is there. @param {HTMLElement} card an element with data-card */
export function cardAddress(card) {
  return `/api/flashcards/cards/${card.dataset.card}`;
}

/** How many cards the deck has. */
export function countText() {
  return pluralize(Number(container().dataset.count), "card");
}

/** Cards came or went here. @param {number} by */
export function changeCount(by) {
  container().dataset.count = String(Number(container().dataset.count) + by);
  showCount();
  part(page, "empty").hidden = page.querySelectorAll("[data-slot=cards] [data-card]").length > 0;
}

/** Say it in the head of the page, which is not made anew with the results. */
export function showCount() {
  setText(page, "count", countText());
}
