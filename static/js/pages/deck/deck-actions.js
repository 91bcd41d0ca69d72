import { gettext, ngettext, pgettext } from "../../client/i18n.js";
import { api } from "../lib/api.js";
import { cloneTemplate, part, setText, slot, toast } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { openDialog } from "../lib/forms.js";
import { offerUndoAt } from "../lib/undo.js";
import { deckAddress, page } from "./page.js";

/** Open a dialog that renames the deck. */
export function renameDeck() {
  openDialog("rename-dialog", {
    values: { name: page.dataset.name },
    onSubmit: async ({ name }) => {
      const deck = await api.patch(deckAddress, { name });
      page.dataset.name = deck.name;
      setText(page, "name", deck.name);
      document.title = deck.name + " · MindFlip";
      toast(gettext("Renamed."));
    },
  });
}

/** Move the deck to the trash and offer to undo it on the list of decks. */
export async function deleteDeck() {
  try {
    await api.delete(deckAddress);
  } catch (error) {
    toast(describeError(error).text);
    return;
  }
  offerUndoAt(
    {
      text: gettext("“%(name)s” deleted.", { name: page.dataset.name }),
      path: `${deckAddress}/restore`,
    },
    page.dataset.decks,
  );
}

/** Open a dialog that moves the cards to another deck and this deck to the trash. */
export function mergeDeck() {
  const texts = {
    title: gettext("Merge into another deck"),
    text: gettext(
      "The cards of “%(name)s” move there with what you have learned. Those it has already, same question and same answer, are left out. This deck goes into the bin.",
      { name: page.dataset.name },
    ),
    confirm: pgettext("verb", "Merge"),
  };
  chooseDeck(texts, page.dataset.deck, async (target) => {
    const { moved, leftOut } = await api.post(`${deckAddress}/merge`, { into: target.id });
    offerUndoAt(
      {
        text: mergedText(target.name, moved.length, leftOut),
        path: `${deckAddress}/restore`,
        body: { cards: moved },
      },
      page.dataset.decks,
    );
  });
}

function mergedText(name, count, leftOut) {
  if (!leftOut)
    return ngettext(
      "%(count)s card moved to “%(name)s”.",
      "%(count)s cards moved to “%(name)s”.",
      count,
      { name },
    );
  // Translators: follows “3 cards moved to “French”,”; the cards that the deck has already.
  const left = ngettext("%(count)s duplicate left out", "%(count)s duplicates left out", leftOut);
  return ngettext(
    "%(count)s card moved to “%(name)s”, %(duplicatesLeftOut)s.",
    "%(count)s cards moved to “%(name)s”, %(duplicatesLeftOut)s.",
    count,
    { name, duplicatesLeftOut: left },
  );
}

const DEBOUNCE_MS = 180;

/**
 * Let the user choose one of their other decks.
 * @param {{title: string, text: string, confirm: string}} texts
 * @param {string} excludedId the ID of a deck that is not offered
 * @param {(deck: {id: string, name: string}) => Promise<void>} onChoose
 */
export function chooseDeck({ title, text, confirm }, excludedId, onChoose) {
  const dialog = document.getElementById("deck-dialog");
  const search = part(dialog, "search");
  let timer = 0;
  search.value = "";
  dialog.querySelector('[data-action="confirm"]').textContent = confirm;
  search.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(() => listDecks(dialog, search.value, excludedId), DEBOUNCE_MS);
  };
  listDecks(dialog, "", excludedId);
  openDialog("deck-dialog", {
    texts: { title, text },
    onSubmit: ({ deck }) => onChoose(chosenDeck(dialog, deck)),
  });
}

async function listDecks(dialog, query, excludedId) {
  const { results } = await api
    .get(`/api/flashcards/decks?${new URLSearchParams({ q: query, pageSize: "100" })}`)
    .catch(() => ({ results: [] }));
  if (part(dialog, "search").value !== query) return; // the user has typed another query
  const decks = results.filter((deck) => deck.id !== excludedId);
  const previousId = dialog.querySelector("input[name=deck]:checked")?.value;
  slot(dialog, "choices").replaceChildren(...decks.map(createChoice));
  for (const input of dialog.querySelectorAll("input[name=deck]"))
    input.checked = input.value === previousId;
  slot(dialog, "empty").hidden = decks.length > 0;
}

function createChoice({ id, name, cardCount }) {
  const element = cloneTemplate("choice-template");
  element.querySelector("input").value = id;
  slot(element, "name").textContent = name;
  slot(element, "count").textContent = ngettext("%(count)s card", "%(count)s cards", cardCount);
  return element;
}

function chosenDeck(dialog, id) {
  const input = id && dialog.querySelector(`input[value="${CSS.escape(id)}"]`);
  if (!input)
    throw Object.assign(new Error(gettext("Choose a deck of the list.")), { code: "stopped" });
  return { id, name: slot(input.closest(".choice"), "name").textContent };
}
