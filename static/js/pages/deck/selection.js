import { api } from "../lib/api.js";
import { action, part, say, toast } from "../lib/dom.js";
import { advice } from "../lib/error-messages.js";
import { counted } from "../lib/format.js";
import { openDialog } from "../lib/forms.js";
import { refresh, results } from "../lib/live-results.js";
import { suggest } from "../lib/tags-field.js";
import { offerUndo } from "../lib/undo.js";
import { chooseDeck } from "./deck-actions.js";
import { deckAddress, page } from "./page.js";

const CARDS = "/api/flashcards/cards";
const bar = part(page, "chosen");
const chosen = new Set();

/** What a button of the bar, or a box of the table, does. */
export const CHOSEN_ACTIONS = {
  "choose-none": clear,
  "choose-matches": chooseMatches,
  move,
  tag,
  "delete-chosen": deleteChosen,
};

/** Boxes of the table choose its cards; Shift chooses all between. @param {Element} root */
export function setUpChoosing(root) {
  let last = null;
  root.addEventListener("click", (event) => {
    const box = event.target.closest('input[type="checkbox"]');
    if (!box) return;
    if (box.dataset.action === "choose-all") for (const each of boxes()) set(each, box.checked);
    else
      for (const each of event.shiftKey && last?.isConnected ? between(last, box) : [box])
        set(each, box.checked);
    if (box.dataset.action === "choose") last = box;
    showChosen();
  });
  root.addEventListener("results-shown", () => {
    for (const box of boxes()) box.checked = chosen.has(idOf(box));
    showChosen();
  });
}

const boxes = () =>
  /** @type {HTMLInputElement[]} */ ([...page.querySelectorAll('[data-action="choose"]')]);
const idOf = (box) => box.closest("[data-card]").dataset.card;

function between(one, other) {
  const all = boxes();
  const [from, to] = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b);
  return all.slice(from, to + 1);
}

function set(box, isChosen) {
  box.checked = isChosen;
  if (isChosen) chosen.add(idOf(box));
  else chosen.delete(idOf(box));
}

/** Forget the choice. */
export function clear() {
  chosen.clear();
  for (const box of boxes()) box.checked = false;
  showChosen();
}

function showChosen() {
  const matches = Number(results().dataset.matches);
  const all = action(page, "choose-all");
  const isWholePage = boxes().length > 0 && boxes().every((box) => box.checked);
  bar.hidden = !chosen.size;
  say(bar, "chosen", `${counted(chosen.size, "card")} chosen`);
  action(bar, "choose-matches").hidden = !isWholePage || chosen.size >= matches;
  action(bar, "choose-matches").textContent = `Choose all ${matches}`;
  if (all)
    Object.assign(all, {
      checked: isWholePage,
      indeterminate: !isWholePage && boxes().some((box) => box.checked),
    });
}

/** All that match the search, on the other pages, too. */
async function chooseMatches() {
  const query = new URLSearchParams(location.search);
  let next = `${deckAddress}/cards?${new URLSearchParams({ q: query.get("q") ?? "", tag: query.get("tag") ?? "", kind: query.get("kind") ?? "", pageSize: "500" })}`;
  while (next) {
    const found = await api.get(next);
    for (const card of found.results) chosen.add(card.id);
    next = found.next && new URL(found.next).pathname + new URL(found.next).search;
  }
  showChosen();
}

async function deleteChosen() {
  const cards = [...chosen];
  try {
    await api.post(`${CARDS}/delete`, { cards });
  } catch (error) {
    toast(advice(error).text);
    return;
  }
  clear();
  await refresh();
  offerUndo(
    {
      text: `${counted(cards.length, "card")} deleted.`,
      path: `${CARDS}/restore`,
      body: { cards },
    },
    refresh,
  );
}

function move() {
  const cards = [...chosen];
  const words = {
    title: `Move ${counted(cards.length, "card")}`,
    words: "They go behind the last card of the deck you choose, with what you have learned.",
    yes: "Move",
  };
  chooseDeck(words, page.dataset.deck, async (deck) => {
    await api.post(`${CARDS}/move`, { cards, to: deck.id });
    clear();
    await refresh();
    offerUndo(
      {
        text: `Moved to “${deck.name}”.`,
        path: `${CARDS}/move`,
        body: { cards, to: page.dataset.deck },
      },
      refresh,
    );
  });
}

function tag() {
  const cards = [...chosen];
  suggest();
  openDialog("tag-dialog", {
    words: { title: `Tag ${counted(cards.length, "card")}` },
    values: { add: "", remove: "" },
    work: async ({ add, remove }) => {
      const { count, undo } = await api.post(`${CARDS}/tag`, {
        cards,
        add: listed(add),
        remove: listed(remove),
      });
      await refresh();
      const text = `Tags of ${counted(count, "card")} changed.`;
      if (count) offerUndo({ text, path: `${CARDS}/tag`, body: undo }, refresh);
      else toast(text);
    },
  });
}

function listed(text) {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);
}
