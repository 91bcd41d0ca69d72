import { gettext } from "../client/i18n.js";
import { api } from "./lib/api.js";
import { toast } from "./lib/dom.js";
import { describeError } from "./lib/error-messages.js";
import { refresh } from "./lib/live-results.js";
import { offerUndo } from "./lib/undo.js";

const ACTIONS = { delete: deleteCard, keep };

document.getElementById("main").addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-action]");
  if (!button) return;
  try {
    await ACTIONS[button.dataset.action]?.(button);
  } catch (error) {
    toast(describeError(error).text);
  }
});

async function deleteCard(button) {
  const path = `/api/flashcards/cards/${button.closest("[data-card]").dataset.card}`;
  await api.delete(path);
  await refresh();
  focusNext();
  offerUndo({ text: gettext("Card deleted."), path: `${path}/restore` }, refresh);
}

async function keep(button) {
  await api.post("/api/flashcards/duplicates/keep", {
    frontKey: button.closest("[data-front-key]").dataset.frontKey,
  });
  await refresh();
  focusNext();
  toast(gettext("Kept. They are no longer listed here."));
}

/** Focus the first control of the results, because the one that had the focus has been removed. */
function focusNext() {
  const next = /** @type {HTMLElement|null} */ (
    document.querySelector("#results button, #results a")
  );
  next?.focus();
}
