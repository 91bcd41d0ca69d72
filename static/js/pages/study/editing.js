import { toast } from "../lib/dom.js";
import { openDialog } from "../lib/forms.js";

/**
 * Edit a card where it is asked.
 * @param {any} card changed in place
 * @param {any} api
 * @param {() => void} done
 */
export function editCard(card, api, done) {
  openDialog("card-dialog", {
    words: { title: "Edit card" },
    values: { front: card.front, back: card.back },
    work: async (sides) => {
      const { front, back } = await api.patch(`/api/flashcards/cards/${card.id}`, sides);
      Object.assign(card, { front, back });
      done();
      toast("Saved.");
    },
  });
}
