import { gettext } from "../../client/i18n.js";
import { toast } from "../lib/dom.js";
import { openDialog } from "../lib/forms.js";

/**
 * Open a dialog that edits the current card.
 * @param {any} card is changed in place
 * @param {any} api
 * @param {() => void} onSaved
 */
export function editCard(card, api, onSaved) {
  openDialog("card-dialog", {
    texts: { title: gettext("Edit card") },
    values: { front: card.front, back: card.back },
    unsavedText: gettext("The card was not saved."),
    onSubmit: async (sides) => {
      const { front, back } = await api.patch(`/api/flashcards/cards/${card.id}`, sides);
      Object.assign(card, { front, back });
      onSaved();
      toast(gettext("Saved."));
    },
  });
}
