import { action, once, part, slot } from "./dom.js";
import { advice } from "./error-messages.js";

/**
 * Open a dialog with a form, and keep it open until its work is done: what was typed is never lost
 * to an error.
 * @param {string} id of the dialog
 * @param {object} what
 * @param {Record<string, string>} [what.words] texts for its slots
 * @param {Record<string, string>} [what.values] for its fields
 * @param {(values: Record<string, string>) => Promise<void>} what.work does it; an ApiError is
 *   shown in the dialog
 */
export function openDialog(id, { words = {}, values = {}, work }) {
  const dialog = document.getElementById(id);
  const form = dialog.querySelector("form");
  for (const [name, text] of Object.entries(words)) slot(dialog, name).textContent = text;
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  showFailure(dialog, null);
  form.onsubmit = (event) => {
    event.preventDefault();
    once(action(dialog, "yes"), () => submit(dialog, work));
  };
  action(dialog, "close").onclick = () => dialog.close();
  dialog.showModal();
}

async function submit(dialog, work) {
  try {
    await work(Object.fromEntries(new FormData(dialog.querySelector("form"))));
    dialog.close();
  } catch (error) {
    showFailure(dialog, error);
  }
}

function showFailure(dialog, error) {
  const form = dialog.querySelector("form");
  const faults = faultsOf(form, error);
  const isElsewhere = Boolean(error) && !Object.keys(faults).length;
  showFaults(form, faults);
  part(dialog, "failure").hidden = !isElsewhere;
  slot(dialog, "failure").textContent = isElsewhere ? advice(error).text : "";
}

/**
 * Show what is wrong with a form's fields beside them, and go to the first. Each field has a line
 * with data-error.
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} faults a sentence by field name; none for a field takes its
 *   sentence away
 */
export function showFaults(form, faults) {
  for (const line of form.querySelectorAll("[data-error]")) {
    const fault = faults[line.dataset.error];
    line.hidden = !fault;
    line.textContent = fault ?? "";
    form.elements[line.dataset.error].setAttribute("aria-invalid", String(Boolean(fault)));
  }
  form.elements[Object.keys(faults)[0]]?.focus();
}

/**
 * What the server has against a form's fields, as `showFaults` takes it; empty when its refusal is
 * about something else.
 * @param {HTMLFormElement} form
 * @param {any} error what was thrown, or null
 * @returns {Record<string, string>}
 */
export function faultsOf(form, error) {
  const own = Object.entries(error?.fields ?? {}).filter(([name]) => form.elements[name]);
  return Object.fromEntries(own.map(([name, sentences]) => [name, sentences.join(" ")]));
}
