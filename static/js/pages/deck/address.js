/** The deck page's element, and where its deck and cards are in the REST API. */
export const page = document.getElementById("deck");
export const deckAddress = `/api/flashcards/decks/${page?.dataset.deck}`;

/** @param {HTMLElement} card an element with data-card */
export function cardAddress(card) {
  return `/api/flashcards/cards/${card.dataset.card}`;
}
