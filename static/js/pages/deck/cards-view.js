import { gettext } from "../../client/i18n.js";
import { api } from "../lib/api.js";
import { fillCard } from "../lib/cards.js";
import { toast } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { openDialog } from "../lib/forms.js";
import { container, refresh } from "../lib/live-results.js";
import { offerUndo } from "../lib/undo.js";
import { cardAddress, changeCount, deckAddress } from "./page.js";

/** Open a dialog that adds a card at the end of the deck. */
export function addCard() {
  openDialog("card-dialog", {
    texts: { title: gettext("Add a card") },
    values: { front: "", back: "" },
    unsavedText: gettext("The card was not saved."),
    onSubmit: async (sides) => {
      const { id } = await api.post(`${deckAddress}/cards`, sides);
      await refresh();
      const added = container().querySelector(`[data-card="${id}"]`);
      added?.scrollIntoView({ block: "nearest" });
      toast(added ? gettext("Added.") : gettext("Added at the end of the deck."));
    },
  });
}

/** Open a dialog that edits a card. @param {HTMLElement} element */
export async function editCard(element) {
  const card = await api
    .get(cardAddress(element))
    .catch((error) => toast(describeError(error).text) && null);
  if (!card) return;
  openDialog("card-dialog", {
    texts: { title: gettext("Edit card") },
    values: { front: card.front, back: card.back },
    unsavedText: gettext("The card was not saved."),
    onSubmit: async (sides) => {
      fillCard(element, await api.patch(cardAddress(element), sides));
      toast(gettext("Saved."));
    },
  });
}

/**
 * Move a card to the trash and offer to undo it.
 * @param {HTMLElement} element of the card, in the card view or the table
 */
export async function deleteCard(element) {
  const adjacent = element.nextElementSibling ?? element.previousElementSibling;
  try {
    await api.delete(cardAddress(element));
  } catch (error) {
    toast(describeError(error).text);
    return;
  }
  element.remove();
  changeCount(-1);
  adjacent?.querySelector('button[data-action="flip"], textarea')?.focus();
  offerUndo({ text: gettext("Card deleted."), path: `${cardAddress(element)}/restore` }, refresh);
}
