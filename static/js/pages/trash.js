import { gettext } from "../client/i18n.js";
import { api } from "./lib/api.js";
import { action, slot, toast } from "./lib/dom.js";
import { describeError } from "./lib/error-messages.js";
import { openDialog } from "./lib/forms.js";
import { refresh } from "./lib/live-results.js";

const ACTIONS = { restore, delete: deletePermanently, empty };
const main = document.getElementById("main");

main.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  ACTIONS[button?.dataset.action]?.(button.closest(".trash-row"));
});
// The Empty button is in the page header, which refreshed results do not replace.
main.addEventListener(
  "results-loaded",
  () => (action(main, "empty").hidden = !main.querySelector(".trash-row")),
);

async function restore(row) {
  try {
    await api.post(row.dataset.restore);
    toast(gettext("“%(name)s” is back.", { name: slot(row, "name").textContent }));
    await refresh();
  } catch (error) {
    toast(describeError(error).text);
  }
}

function deletePermanently(row) {
  const texts = {
    title: gettext("Delete for good?"),
    text: gettext("“%(name)s” cannot be brought back then.", {
      name: slot(row, "name").textContent,
    }),
  };
  openDialog("delete-dialog", { texts, onSubmit: () => deleteForever(row.dataset.delete) });
}

function empty() {
  const texts = {
    title: gettext("Empty the bin?"),
    text: gettext("Nothing in it can be brought back then."),
  };
  openDialog("delete-dialog", { texts, onSubmit: () => deleteForever("/api/flashcards/trash") });
}

async function deleteForever(path) {
  await api.delete(path);
  toast(gettext("Gone for good."));
  await refresh();
}
