import { addCard, deleteCard, editCard } from "./deck/cards-view.js";
import { deleteDeck, mergeDeck, renameDeck } from "./deck/deck-actions.js";
import { deckAddress, page, showCount } from "./deck/page.js";
import { CHOSEN_ACTIONS, setUpChoosing } from "./deck/selection.js";
import { setUpTable } from "./deck/table.js";
import { api } from "./lib/api.js";
import { setUpFlipping, turn } from "./lib/cards.js";
import { part, say, slot, toast } from "./lib/dom.js";
import { GONE } from "./lib/error-messages.js";
import { results, setUpFinder } from "./lib/live-results.js";
import { setUpTags } from "./lib/tags-field.js";

const PAGE_ACTIONS = {
  "turn-all": turnAll,
  add: addCard,
  rename: renameDeck,
  merge: mergeDeck,
  "delete-deck": deleteDeck,
  ...CHOSEN_ACTIONS,
};
const CARD_ACTIONS = { edit: editCard, again: writeAgain, delete: deleteCard };

// the results are made anew with each search; what is around them stays, so listeners are on this
const around = part(page, "around");
setUpFlipping(around);
setUpTable(around);
setUpChoosing(around);
setUpFinder(/** @type {HTMLFormElement} */ (document.getElementById("finder")));
setUpTags(
  page.querySelector(".page-head"),
  async (field, tags) => (await api.patch(deckAddress, { tags })).tags,
);
around.addEventListener("results-shown", () => {
  showCount();
  if (page.dataset.side === "back") turnCards();
});
page.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  const card = button?.closest("[data-card]");
  if (card) CARD_ACTIONS[button.dataset.action]?.(card);
  else PAGE_ACTIONS[button?.dataset.action]?.(button);
});

/** What asks for cards is loaded once somebody asks: the page stays light. */
async function writeAgain(card) {
  const again = await import("./deck/regenerate.js").catch(() => toast(GONE) && null);
  await again?.writeAgain(card);
}

function turnAll() {
  page.dataset.side = page.dataset.side === "back" ? "front" : "back";
  say(page, "turn-all", page.dataset.side === "back" ? "Show all questions" : "Show all answers");
  turnCards();
}

/** Also those that a search brings later. */
function turnCards() {
  for (const card of slot(results(), "cards").children) turn(card, page.dataset.side);
}
