import { api } from "../lib/api.js";
import { announce } from "../lib/dom.js";
import { advice } from "../lib/error-messages.js";
import { setUpTags } from "../lib/tags-field.js";
import { cardAddress } from "./page.js";

const CELL = ".cell";

/**
 * Cells that are edited in place: leaving a cell or Enter saves it, Shift+Enter begins a line,
 * Escape takes the change back. What is wrong stands beside the cell, with what was typed still in
 * it.
 * @param {Element} root holds the table, now or later
 */
export function setUpTable(root) {
  root.addEventListener("keydown", (event) => event.target.matches(CELL) && press(event));
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
    (event) => event.target.matches(CELL) && showFault(event.target, ""),
  );
  setUpTags(
    root,
    async (field, tags) =>
      (await api.patch(cardAddress(field.closest("[data-card]")), { tags })).tags,
  );
}

function press(event) {
  const cell = event.target;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    save(cell);
  } else if (event.key === "Escape") {
    cell.value = saved(cell);
    showFault(cell, "");
  }
}

async function save(cell) {
  const value = cell.value;
  if (value === saved(cell) || cell.getAttribute("aria-busy") === "true") return;
  cell.setAttribute("aria-busy", "true");
  announce("Saving…");
  try {
    const card = await api.patch(cardAddress(cell.closest("[data-card]")), { [cell.name]: value });
    keep(cell, card[cell.name], cell.value === value);
    showFault(cell, "");
    announce("Saved.");
  } catch (error) {
    showFault(cell, Object.values(error.fields ?? {})[0]?.[0] ?? advice(error).text);
  } finally {
    cell.removeAttribute("aria-busy");
  }
}

/** What the server has of this cell. */
function saved(cell) {
  return cell.dataset.saved ?? (cell.defaultValue || cell.querySelector("[selected]")?.value || "");
}

function keep(cell, value, isShown) {
  cell.dataset.saved = value;
  cell.dataset.state = "saved";
  if (isShown) cell.value = value;
}

function showFault(cell, sentence) {
  const line = cell.parentElement.querySelector(`[data-error="${cell.name}"]`);
  cell.setAttribute("aria-invalid", String(Boolean(sentence)));
  line.hidden = !sentence;
  line.textContent = sentence;
  if (sentence) announce(sentence);
}
