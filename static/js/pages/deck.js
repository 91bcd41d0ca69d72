import { gettext } from "../client/i18n.js";
import { addCard, deleteCard, editCard } from "./deck/cards-view.js";
import { deleteDeck, mergeDeck, renameDeck } from "./deck/deck-actions.js";
import { deckAddress, page, showCount } from "./deck/page.js";
import { SELECTION_ACTIONS, setUpSelection } from "./deck/selection.js";
import { setUpTable } from "./deck/table.js";
import { api } from "./lib/api.js";
import { setUpFlipping, showSide } from "./lib/cards.js";
import { part, setText, slot, toast } from "./lib/dom.js";
import { SERVER_UNREACHABLE } from "./lib/error-messages.js";
import { container, setUpSearch } from "./lib/live-results.js";
import { setUpTags } from "./lib/tags-field.js";

const PAGE_ACTIONS = {
  "flip-all": flipAll,
  add: addCard,
  rename: renameDeck,
  merge: mergeDeck,
  "delete-deck": deleteDeck,
  ...SELECTION_ACTIONS,
};
const CARD_ACTIONS = { edit: editCard, regenerate, delete: deleteCard };

// Each search replaces the results but not the elements around them, so the listeners are here.
const listArea = part(page, "results-container");
setUpFlipping(listArea);
setUpTable(listArea);
setUpSelection(listArea);
setUpSearch(/** @type {HTMLFormElement} */ (document.getElementById("search-form")));
setUpTags(
  page.querySelector(".page-head"),
  async (field, tags) => (await api.patch(deckAddress, { tags })).tags,
);
listArea.addEventListener("results-loaded", () => {
  showCount();
  if (page.dataset.side === "back") flipCards();
});
page.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  const card = button?.closest("[data-card]");
  if (card) CARD_ACTIONS[button.dataset.action]?.(card);
  else PAGE_ACTIONS[button?.dataset.action]?.(button);
});

/** Regenerate a card. The module is loaded on first use to keep the page small. */
async function regenerate(card) {
  const module = await import("./deck/regenerate.js").catch(
    () => toast(SERVER_UNREACHABLE) && null,
  );
  await module?.regenerateCard(card);
}

function flipAll() {
  page.dataset.side = page.dataset.side === "back" ? "front" : "back";
  setText(
    page,
    "flip-all",
    page.dataset.side === "back" ? gettext("Show all questions") : gettext("Show all answers"),
  );
  flipCards();
}

/**
 * Turn all cards to the side chosen for the page, including cards that a search has just loaded.
 */
function flipCards() {
  for (const card of slot(container(), "cards").children) showSide(card, page.dataset.side);
}
