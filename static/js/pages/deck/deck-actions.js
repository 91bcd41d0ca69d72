import { api } from "../lib/api.js";
import { fromMould, part, say, slot, toast } from "../lib/dom.js";
import { advice } from "../lib/error-messages.js";
import { counted } from "../lib/format.js";
import { openDialog } from "../lib/forms.js";
import { offerUndoAt } from "../lib/undo.js";
import { deckAddress, page } from "./page.js";

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
  offerUndoAt(
    { text: `“${page.dataset.name}” deleted.`, path: `${deckAddress}/restore` },
    page.dataset.decks,
  );
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
    offerUndoAt(
      {
        text: `${counted(moved.length, "card")} moved to “${target.name}”${left}.`,
        path: `${deckAddress}/restore`,
        body: { cards: moved },
      },
      page.dataset.decks,
    );
  });
}

const QUIET_MS = 180;

/**
 * Ask for another deck of the user's.
 * @param {{title: string, words: string, yes: string}} words
 * @param {string} notThis the id of the deck that is no choice
 * @param {(deck: {id: string, name: string}) => Promise<void>} work
 */
export function chooseDeck({ title, words, yes }, notThis, work) {
  const dialog = document.getElementById("deck-dialog");
  const search = part(dialog, "search");
  let timer = 0;
  search.value = "";
  dialog.querySelector('[data-action="yes"]').textContent = yes;
  search.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(() => list(dialog, search.value, notThis), QUIET_MS);
  };
  list(dialog, "", notThis);
  openDialog("deck-dialog", {
    words: { title, words },
    work: ({ deck }) => work(chosen(dialog, deck)),
  });
}

async function list(dialog, words, notThis) {
  const { results } = await api
    .get(`/api/flashcards/decks?${new URLSearchParams({ q: words, pageSize: "100" })}`)
    .catch(() => ({ results: [] }));
  if (part(dialog, "search").value !== words) return; // something else is looked for by now
  const decks = results.filter((deck) => deck.id !== notThis);
  const before = dialog.querySelector("input[name=deck]:checked")?.value;
  slot(dialog, "choices").replaceChildren(...decks.map(choice));
  for (const input of dialog.querySelectorAll("input[name=deck]"))
    input.checked = input.value === before;
  slot(dialog, "none").hidden = decks.length > 0;
}

function choice({ id, name, cardCount }) {
  const element = fromMould("choice-mould");
  element.querySelector("input").value = id;
  slot(element, "name").textContent = name;
  slot(element, "count").textContent = counted(cardCount, "card");
  return element;
}

function chosen(dialog, id) {
  const input = id && dialog.querySelector(`input[value="${CSS.escape(id)}"]`);
  if (!input) throw Object.assign(new Error("Choose a deck of the list."), { code: "stopped" });
  return { id, name: slot(input.closest(".choice"), "name").textContent };
}
