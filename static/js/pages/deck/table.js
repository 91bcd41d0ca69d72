import { gettext } from "../../client/i18n.js";
import { api } from "../lib/api.js";
import { announce } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { setUpTags } from "../lib/tags-field.js";
import { cardAddress } from "./page.js";

const CELL = ".cell";

/**
 * Let users edit cards in the table.
 *
 * Enter or leaving a cell saves it, Shift+Enter adds a line, and Escape reverts the change. If
 * saving fails, the error is shown below the cell, which keeps the new text.
 * @param {Element} root the element that contains the table, now or later
 */
export function setUpTable(root) {
  root.addEventListener("keydown", (event) => event.target.matches(CELL) && handleKey(event));
  root.addEventListener(
    "focusout",
    (event) => event.target.matches(`textarea${CELL}`) && save(event.target),
  );
  root.addEventListener(
    "change",
    (event) => event.target.matches(`select${CELL}`) && save(event.target),
  );
  root.addEventListener(
    "input",
    (event) => event.target.matches(CELL) && showError(event.target, ""),
  );
  setUpTags(
    root,
    async (field, tags) =>
      (await api.patch(cardAddress(field.closest("[data-card]")), { tags })).tags,
  );
}

function handleKey(event) {
  const cell = event.target;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    save(cell);
  } else if (event.key === "Escape") {
    cell.value = savedValue(cell);
    showError(cell, "");
  }
}

async function save(cell) {
  const value = cell.value;
  if (value === savedValue(cell) || cell.getAttribute("aria-busy") === "true") return;
  cell.setAttribute("aria-busy", "true");
  announce(gettext("Saving…"));
  try {
    const card = await api.patch(cardAddress(cell.closest("[data-card]")), { [cell.name]: value });
    setSaved(cell, card[cell.name], cell.value === value);
    showError(cell, "");
    announce(gettext("Saved."));
  } catch (error) {
    showError(cell, Object.values(error.fields ?? {})[0]?.[0] ?? describeError(error).text);
  } finally {
    cell.removeAttribute("aria-busy");
  }
}

/** Return the value of a cell on the server. */
function savedValue(cell) {
  return cell.dataset.saved ?? (cell.defaultValue || cell.querySelector("[selected]")?.value || "");
}

function setSaved(cell, value, isShown) {
  cell.dataset.saved = value;
  cell.dataset.state = "saved";
  if (isShown) cell.value = value;
}

function showError(cell, message) {
  const line = cell.parentElement.querySelector(`[data-error="${cell.name}"]`);
  cell.setAttribute("aria-invalid", String(Boolean(message)));
  line.hidden = !message;
  line.textContent = message;
  if (message) announce(message);
}
