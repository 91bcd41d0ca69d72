import { api } from "../api.js";
import { openDialog } from "../dialog.js";
import { fromMould, part, slot } from "../dom.js";
import { counted } from "../format.js";

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
  openDialog("deck-dialog", { words: { title, words }, work: ({ deck }) => work(chosen(dialog, deck)) });
}

async function list(dialog, words, notThis) {
  const { results } = await api.get(`/api/flashcards/decks?${new URLSearchParams({ q: words, pageSize: "100" })}`).catch(() => ({ results: [] }));
  if (part(dialog, "search").value !== words) return; // something else is looked for by now
  const decks = results.filter((deck) => deck.id !== notThis);
  const before = dialog.querySelector("input[name=deck]:checked")?.value;
  slot(dialog, "choices").replaceChildren(...decks.map(choice));
  for (const input of dialog.querySelectorAll("input[name=deck]")) input.checked = input.value === before;
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
