import { gettext, ngettext, pgettext } from "../../client/i18n.js";
import { api } from "../lib/api.js";
import { action, part, setText, toast } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { openDialog } from "../lib/forms.js";
import { container, refresh } from "../lib/live-results.js";
import { suggestTags } from "../lib/tags-field.js";
import { offerUndo } from "../lib/undo.js";
import { chooseDeck } from "./deck-actions.js";
import { deckAddress, page } from "./page.js";

const CARDS = "/api/flashcards/cards";
const bar = part(page, "selection-bar");
const selected = new Set();

/** The actions of the buttons in the selection bar. */
export const SELECTION_ACTIONS = {
  "clear-selection": clearSelection,
  "select-matches": selectMatches,
  move,
  tag,
  "delete-selected": deleteSelected,
};

/**
 * Let the checkboxes of the table select cards. Shift-click changes all rows in between.
 * @param {Element} root
 */
export function setUpSelection(root) {
  let last = null;
  root.addEventListener("click", (event) => {
    const box = event.target.closest('input[type="checkbox"]');
    if (!box) return;
    if (box.dataset.action === "select-all")
      for (const rowBox of boxes()) setSelected(rowBox, box.checked);
    else
      for (const rowBox of event.shiftKey && last?.isConnected ? rangeBetween(last, box) : [box])
        setSelected(rowBox, box.checked);
    if (box.dataset.action === "select") last = box;
    showSelection();
  });
  root.addEventListener("results-loaded", () => {
    for (const box of boxes()) box.checked = selected.has(idOf(box));
    showSelection();
  });
}

const boxes = () =>
  /** @type {HTMLInputElement[]} */ ([...page.querySelectorAll('[data-action="select"]')]);
const idOf = (box) => box.closest("[data-card]").dataset.card;

function rangeBetween(first, second) {
  const all = boxes();
  const [from, to] = [all.indexOf(first), all.indexOf(second)].sort((a, b) => a - b);
  return all.slice(from, to + 1);
}

function setSelected(box, isSelected) {
  box.checked = isSelected;
  if (isSelected) selected.add(idOf(box));
  else selected.delete(idOf(box));
}

/** Clear the selection. */
export function clearSelection() {
  selected.clear();
  for (const box of boxes()) box.checked = false;
  showSelection();
}

function showSelection() {
  const matches = Number(container().dataset.matches);
  const allBox = action(page, "select-all");
  const isWholePage = boxes().length > 0 && boxes().every((box) => box.checked);
  bar.hidden = !selected.size;
  setText(
    bar,
    "selected-count",
    ngettext("%(count)s card chosen", "%(count)s cards chosen", selected.size),
  );
  action(bar, "select-matches").hidden = !isWholePage || selected.size >= matches;
  action(bar, "select-matches").textContent = gettext("Choose all %(count)s", { count: matches });
  if (allBox)
    Object.assign(allBox, {
      checked: isWholePage,
      indeterminate: !isWholePage && boxes().some((box) => box.checked),
    });
}

/** Select all cards that match the search, including those on other pages. */
async function selectMatches() {
  const query = new URLSearchParams(location.search);
  let next = `${deckAddress}/cards?${new URLSearchParams({ q: query.get("q") ?? "", tag: query.get("tag") ?? "", kind: query.get("kind") ?? "", pageSize: "500" })}`;
  while (next) {
    const response = await api.get(next);
    for (const card of response.results) selected.add(card.id);
    next = response.next && new URL(response.next).pathname + new URL(response.next).search;
  }
  showSelection();
}

async function deleteSelected() {
  const cards = [...selected];
  try {
    await api.post(`${CARDS}/bulk-delete`, { cards });
  } catch (error) {
    toast(describeError(error).text);
    return;
  }
  clearSelection();
  await refresh();
  offerUndo(
    {
      text: ngettext("%(count)s card deleted.", "%(count)s cards deleted.", cards.length),
      path: `${CARDS}/bulk-restore`,
      body: { cards },
    },
    refresh,
  );
}

function move() {
  const cards = [...selected];
  const texts = {
    title: ngettext("Move %(count)s card", "Move %(count)s cards", cards.length),
    text: gettext(
      "They go behind the last card of the deck you choose, with what you have learned.",
    ),
    confirm: pgettext("verb", "Move"),
  };
  chooseDeck(texts, page.dataset.deck, async (deck) => {
    await api.post(`${CARDS}/bulk-move`, { cards, to: deck.id });
    clearSelection();
    await refresh();
    offerUndo(
      {
        text: gettext("Moved to “%(name)s”.", { name: deck.name }),
        path: `${CARDS}/bulk-move`,
        body: { cards, to: page.dataset.deck },
      },
      refresh,
    );
  });
}

function tag() {
  const cards = [...selected];
  suggestTags();
  openDialog("tag-dialog", {
    texts: { title: ngettext("Tag %(count)s card", "Tag %(count)s cards", cards.length) },
    values: { add: "", remove: "" },
    onSubmit: async ({ add, remove }) => {
      const { count, undo } = await api.post(`${CARDS}/bulk-tag`, {
        cards,
        add: splitTags(add),
        remove: splitTags(remove),
      });
      await refresh();
      const text = ngettext(
        "Tags of %(count)s card changed.",
        "Tags of %(count)s cards changed.",
        count,
      );
      if (count) offerUndo({ text, path: `${CARDS}/bulk-tag`, body: undo }, refresh);
      else toast(text);
    },
  });
}

function splitTags(text) {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean);
}
