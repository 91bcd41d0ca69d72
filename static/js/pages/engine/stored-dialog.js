import {
  deleteStoredModel,
  estimateStorage,
  listStoredModels,
} from "../../engine/stored-models.js";
import { action, announce, cloneTemplate, part, slot } from "../lib/dom.js";
import { pluralize, size } from "../lib/format.js";
import { ENGINE_NAMES } from "./models.js";

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
    slot(dialog, "usage").textContent = "This browser does not say how much storage there is.";
    return;
  }
  const { usedMb, quotaMb, isPersistent } = estimate;
  meter.value = quotaMb ? usedMb / quotaMb : 0;
  slot(dialog, "usage").textContent =
    `${size(usedMb)} used, ${size(Math.max(0, quotaMb - usedMb))} left.`;
  slot(dialog, "persistence").textContent = isPersistent ? PERSISTENT : EVICTABLE;
}

const PERSISTENT = "The browser has promised to keep them.";
const EVICTABLE =
  "When the disk is nearly full, the browser may clear them away; then they are downloaded again.";

function isLeftOver({ modelId }) {
  return modelId === null;
}

function row(stored) {
  const element = cloneTemplate("stored-model-template");
  const isRunning = stored.modelId !== null && stored.modelId === loadedId;
  slot(element, "name").textContent = stored.name;
  slot(element, "details").textContent = [
    size(stored.bytes / MB),
    ENGINE_NAMES[stored.engine],
    stateText(stored, isRunning),
  ]
    .filter(Boolean)
    .join(" · ");
  slot(element, "delete-label").textContent = `Delete ${stored.name}`;
  const button = action(element, "delete");
  button.disabled = isRunning;
  button.addEventListener("click", () => remove([stored]));
  return element;
}

function stateText({ modelId, isComplete }, isRunning) {
  if (isRunning) return "loaded now";
  if (modelId === null) return "left over: replaced, or no longer on this server's list";
  return isComplete ? "complete" : "not complete: loading goes on from here";
}

function emptyRow() {
  const element = document.createElement("li");
  element.className = "muted";
  element.textContent = "No model is stored in this browser yet.";
  return element;
}

async function remove(entries) {
  try {
    fail(null);
    await Promise.all(entries.map(deleteStoredModel));
    announce(
      `Deleted: ${pluralize(entries.length, "model")}, ${size(entries.reduce((sum, { bytes }) => sum + bytes, 0) / MB)}.`,
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
    ? `The browser's storage refused (${error.message}). Close other tabs of this page and try again.`
    : "";
}
