import { api } from "./api.js";
import { cardElement, fill, setUpFlipping, turn } from "./cards.js";
import { openDialog } from "./dialog.js";
import { part, say, slot } from "./dom.js";
import { counted } from "./format.js";
import { rawText } from "./text.js";
import { toast } from "./toast.js";

const page = document.getElementById("deck");
const cards = slot(page, "cards");
const deckAddress = `/api/flashcards/decks/${page.dataset.deck}`;

const PAGE_ACTIONS = { "turn-all": turnAll, add: addCard, rename: renameDeck, "delete-deck": deleteDeck };
const CARD_ACTIONS = { edit: editCard, delete: deleteCard };

setUpFlipping(cards);
page.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  const card = button?.closest(".card");
  if (card) CARD_ACTIONS[button.dataset.action]?.(card);
  else PAGE_ACTIONS[button?.dataset.action]?.(button);
});

function turnAll(button) {
  const isShown = button.getAttribute("aria-pressed") === "true";
  button.setAttribute("aria-pressed", String(!isShown));
  say(page, "turn-all", isShown ? "Show all answers" : "Show all questions");
  for (const card of cards.children) turn(card, isShown ? "front" : "back");
}

function renameDeck() {
  const values = { name: slot(page, "name").textContent };
  openDialog("rename-dialog", {
    values,
    work: async ({ name }) => {
      const deck = await api.patch(deckAddress, { name });
      say(page, "name", deck.name);
      document.title = `${deck.name} · MindFlip`;
      toast("Renamed.");
    },
  });
}

function deleteDeck() {
  const words = { title: "Delete this deck?", words: `“${slot(page, "name").textContent}” and its ${count()} are gone for good.` };
  openDialog("delete-dialog", {
    words,
    work: async () => {
      await api.delete(deckAddress);
      location.assign(page.dataset.decks);
    },
  });
}

function addCard() {
  openDialog("card-dialog", {
    words: { title: "Add a card" },
    values: { front: "", back: "" },
    work: async (sides) => {
      const card = await api.post(`${deckAddress}/cards`, sides);
      const element = cardElement(card);
      element.dataset.card = card.id;
      cards.append(element);
      changeCount(1);
      toast("Added.");
      element.querySelector('[data-action="flip"]').scrollIntoView({ block: "nearest" });
    },
  });
}

/** @param {HTMLElement} element */
function editCard(element) {
  const values = { front: rawText(slot(element, "front")), back: rawText(slot(element, "back")) };
  openDialog("card-dialog", {
    words: { title: "Edit card" },
    values,
    work: async (sides) => {
      fill(element, await api.patch(`/api/flashcards/cards/${element.dataset.card}`, sides));
      toast("Saved.");
    },
  });
}

/** @param {HTMLElement} element */
function deleteCard(element) {
  const words = { title: "Delete this card?", words: rawText(slot(element, "front")) };
  openDialog("delete-dialog", {
    words,
    work: async () => {
      await api.delete(`/api/flashcards/cards/${element.dataset.card}`);
      const neighbour = element.nextElementSibling ?? element.previousElementSibling;
      element.remove();
      changeCount(-1);
      toast("Deleted.");
      requestAnimationFrame(() => neighbour?.querySelector('button[data-action="flip"]').focus()); // after the dialog gave focus back
    },
  });
}

function changeCount(by) {
  page.dataset.count = Number(page.dataset.count) + by;
  say(page, "count", count());
  part(page, "empty").hidden = cards.children.length > 0;
}

function count() {
  return counted(Number(page.dataset.count), "card");
}
