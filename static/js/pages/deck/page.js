import { ngettext } from "../../client/i18n.js";
import { part, setText } from "../lib/dom.js";
import { container } from "../lib/live-results.js";

/** The element of the deck page. */
export const page = document.getElementById("deck");

/** The path of the deck in the REST API. */
export const deckAddress = `/api/flashcards/decks/${page?.dataset.deck}`;

/**
 * Return the path of a card in the REST API.
 * @param {HTMLElement} card an element with data-card
 */
export function cardAddress(card) {
  return `/api/flashcards/cards/${card.dataset.card}`;
}

/** Return the number of cards in the deck as text. */
export function countText() {
  return ngettext("%(count)s card", "%(count)s cards", Number(container().dataset.count));
}

/** Change the number of cards in the deck. @param {number} by negative if cards were removed */
export function changeCount(by) {
  container().dataset.count = String(Number(container().dataset.count) + by);
  showCount();
  part(page, "empty").hidden = page.querySelectorAll("[data-slot=cards] [data-card]").length > 0;
}

/** Update the card count in the page header, which a search does not replace. */
export function showCount() {
  setText(page, "count", countText());
}
