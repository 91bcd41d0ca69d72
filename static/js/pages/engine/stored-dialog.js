import { gettext, ngettext, pgettext } from "../../client/i18n.js";
import { ENGINES } from "../../engine/engines.js";
import {
  deleteStoredModel,
  estimateStorage,
  listStoredModels,
} from "../../engine/stored-models.js";
import { action, announce, cloneTemplate, part, slot } from "../lib/dom.js";
import { size } from "../lib/format.js";

const MB = 1_000_000;
const dialog = document.getElementById("stored-models");
let models = [];
let loadedId = null;
/** @type {import("../../engine/stored-models.js").StoredModel[]} */
let storedModels = [];

action(dialog, "close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
action(dialog, "delete-leftover").addEventListener("click", () =>
  remove(storedModels.filter(isLeftOver)),
);

/**
 * Open the dialog with the models that are stored in this browser.
 * @param {import("./models.js").CatalogueModel[]} catalogue @param {string|null} runningId the ID
 *   of the loaded model
 * @returns {Promise<void>} when the dialog has been closed
 */
export async function openStoredModels(catalogue, runningId) {
  [models, loadedId] = [catalogue, runningId];
  fail(null);
  dialog.showModal();
  const closed = new Promise((resolve) =>
    dialog.addEventListener("close", resolve, { once: true }),
  );
  await show().catch(fail);
  return closed;
}

async function show() {
  const [list, estimate] = await Promise.all([listStoredModels(models), estimateStorage()]);
  storedModels = list;
  slot(dialog, "rows").replaceChildren(
    ...(storedModels.length ? storedModels.map(row) : [emptyRow()]),
  );
  const leftovers = storedModels.filter(isLeftOver);
  action(dialog, "delete-leftover").hidden = !leftovers.length;
  showStorage(estimate);
}

function showStorage(estimate) {
  const meter = slot(dialog, "meter");
  meter.hidden = !estimate;
  if (!estimate) {
    slot(dialog, "usage").textContent = gettext(
      "This browser does not say how much storage there is.",
    );
    return;
  }
  const { usedMb, quotaMb, isPersistent } = estimate;
  meter.value = quotaMb ? usedMb / quotaMb : 0;
  slot(dialog, "usage").textContent = gettext("%(used)s used, %(left)s left.", {
    used: size(usedMb),
    left: size(Math.max(0, quotaMb - usedMb)),
  });
  slot(dialog, "persistence").textContent = isPersistent ? PERSISTENT : EVICTABLE;
}

const PERSISTENT = gettext("The browser has promised to keep them.");
const EVICTABLE = gettext(
  "When the disk is nearly full, the browser may clear them away; then they are downloaded again.",
);

function isLeftOver({ modelId }) {
  return modelId === null;
}

function row(stored) {
  const element = cloneTemplate("stored-model-template");
  const isRunning = stored.modelId !== null && stored.modelId === loadedId;
  slot(element, "name").textContent = stored.name;
  slot(element, "details").textContent = [
    size(stored.bytes / MB),
    ENGINES[stored.engine].name,
    stateText(stored, isRunning),
  ]
    .filter(Boolean)
    .join(" · ");
  slot(element, "delete-label").textContent = gettext("Delete %(name)s", { name: stored.name });
  const button = action(element, "delete");
  button.disabled = isRunning;
  button.addEventListener("click", () => remove([stored]));
  return element;
}

function stateText({ modelId, isComplete }, isRunning) {
  if (isRunning) return gettext("loaded now");
  if (modelId === null) return gettext("left over: replaced, or no longer on this server's list");
  return isComplete
    ? pgettext("stored model", "complete")
    : gettext("not complete: loading continues from here");
}

function emptyRow() {
  const element = document.createElement("li");
  element.className = "muted";
  element.textContent = gettext("No model is stored in this browser yet.");
  return element;
}

async function remove(entries) {
  try {
    fail(null);
    await Promise.all(entries.map(deleteStoredModel));
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    announce(
      ngettext(
        "Deleted: %(count)s model, %(size)s.",
        "Deleted: %(count)s models, %(size)s.",
        entries.length,
        { size: size(bytes / MB) },
      ),
    );
    await show();
    action(dialog, "close").focus(); // the button that had the focus no longer exists
  } catch (error) {
    fail(error);
  }
}

function fail(error) {
  part(dialog, "failure").hidden = !error;
  slot(dialog, "failure").textContent = error
    ? gettext(
        "The browser's storage refused (%(error)s). Close other tabs of this page and try again.",
        { error: error.message },
      )
    : "";
}
