/** The deck page's element. */
export const page = document.getElementById("deck");

/** Where its deck is in the REST API. */
export const deckAddress = `/api/flashcards/decks/${page?.dataset.deck}`;

/** Where a card is there. @param {HTMLElement} card an element with data-card */
export function cardAddress(card) {
  return `/api/flashcards/cards/${card.dataset.card}`;
}
