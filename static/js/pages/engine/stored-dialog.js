import { deleteKept, listKept, storageLeft } from "../../engine/stored-models.js";
import { action, announce, fromMould, part, slot } from "../lib/dom.js";
import { counted, size } from "../lib/format.js";
import { ENGINE_NAMES } from "./models.js";

const MB = 1_000_000;
const dialog = document.getElementById("stored");
let models = [];
let loadedId = null;
/** @type {import("../../engine/stored-models.js").Kept[]} */
let kept = [];

action(dialog, "close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
action(dialog, "delete-left").addEventListener("click", () => remove(kept.filter(isLeftOver)));

/**
 * Open the dialog with what the browser keeps of models.
 * @param {import("./models.js").CatalogueModel[]} catalogue @param {string|null} runningId the
 *   model that runs now
 * @returns {Promise<void>} when it was closed
 */
export async function openStored(catalogue, runningId) {
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
  const [list, room] = await Promise.all([listKept(models), storageLeft()]);
  kept = list;
  slot(dialog, "rows").replaceChildren(...(kept.length ? kept.map(row) : [nothing()]));
  const left = kept.filter(isLeftOver);
  action(dialog, "delete-left").hidden = !left.length;
  showRoom(room);
}

function showRoom(room) {
  const meter = slot(dialog, "meter");
  meter.hidden = !room;
  if (!room) {
    slot(dialog, "room").textContent = "This browser does not say how much storage there is.";
    return;
  }
  const { usedMb, quotaMb, isPersistent } = room;
  meter.value = quotaMb ? usedMb / quotaMb : 0;
  slot(dialog, "room").textContent =
    `${size(usedMb)} used, ${size(Math.max(0, quotaMb - usedMb))} left.`;
  slot(dialog, "persistence").textContent = isPersistent ? KEPT : MAY_GO;
}

const KEPT = "The browser has promised to keep them.";
const MAY_GO =
  "When the disk is nearly full, the browser may clear them away; then they are downloaded again.";

function isLeftOver({ modelId }) {
  return modelId === null;
}

function row(one) {
  const element = fromMould("stored-mould");
  const isRunning = one.modelId !== null && one.modelId === loadedId;
  slot(element, "name").textContent = one.name;
  slot(element, "facts").textContent = [
    size(one.bytes / MB),
    ENGINE_NAMES[one.engine],
    stateWords(one, isRunning),
  ]
    .filter(Boolean)
    .join(" · ");
  slot(element, "delete").textContent = `Delete ${one.name}`;
  const button = action(element, "delete");
  button.disabled = isRunning;
  button.addEventListener("click", () => remove([one]));
  return element;
}

function stateWords({ modelId, isWhole }, isRunning) {
  if (isRunning) return "loaded now";
  if (modelId === null) return "left over: replaced, or no longer on this server's list";
  return isWhole ? "complete" : "not complete: loading goes on from here";
}

function nothing() {
  const element = document.createElement("li");
  element.className = "muted";
  element.textContent = "No model is stored in this browser yet.";
  return element;
}

async function remove(gone) {
  try {
    fail(null);
    await Promise.all(gone.map(deleteKept));
    announce(
      `Deleted: ${counted(gone.length, "model")}, ${size(gone.reduce((sum, { bytes }) => sum + bytes, 0) / MB)}.`,
    );
    await show();
    action(dialog, "close").focus(); // the button that was pressed is gone
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
