import { api } from "../api.js";
import { openDialog } from "../dialog.js";
import { say } from "../dom.js";
import { counted } from "../format.js";
import { toast } from "../toast.js";
import { offerUndoAt } from "../undo.js";
import { advice } from "../words.js";
import { deckAddress, page } from "./address.js";
import { chooseDeck } from "./choose-deck.js";

/** Another name. */
export function renameDeck() {
  openDialog("rename-dialog", {
    values: { name: page.dataset.name },
    work: async ({ name }) => {
      const deck = await api.patch(deckAddress, { name });
      page.dataset.name = deck.name;
      say(page, "name", deck.name);
      document.title = `${deck.name} · MindFlip`;
      toast("Renamed.");
    },
  });
}

/** Into the bin; the list of decks offers the way back. */
export async function deleteDeck() {
  try {
    await api.delete(deckAddress);
  } catch (error) {
    toast(advice(error).text);
    return;
  }
  offerUndoAt({ text: `“${page.dataset.name}” deleted.`, path: `${deckAddress}/restore` }, page.dataset.decks);
}

/** The cards go into another deck, and this one into the bin. */
export function mergeDeck() {
  const words = {
    title: "Merge into another deck",
    words: `The cards of “${page.dataset.name}” move there with what you have learned. Those it has already, same question and same answer, are left out. This deck goes into the bin.`,
    yes: "Merge",
  };
  chooseDeck(words, page.dataset.deck, async (target) => {
    const { moved, leftOut } = await api.post(`${deckAddress}/merge`, { into: target.id });
    const left = leftOut ? `, ${counted(leftOut, "double")} left out` : "";
    offerUndoAt({ text: `${counted(moved.length, "card")} moved to “${target.name}”${left}.`, path: `${deckAddress}/restore`, body: { cards: moved } }, page.dataset.decks);
  });
}
