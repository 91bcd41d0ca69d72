import { action, part, slot, withBusyButton } from "./dom.js";
import { describeError } from "./error-messages.js";

/**
 * Open a dialog with a form, and keep it open until its work is done: what was typed is never lost
 * to an error.
 * @param {string} id of the dialog
 * @param {object} what
 * @param {Record<string, string>} [what.texts] texts for its slots
 * @param {Record<string, string>} [what.values] for its fields
 * @param {(values: Record<string, string>) => Promise<void>} what.onSubmit does it; an ApiError is
 *   shown in the dialog
 */
export function openDialog(id, { texts = {}, values = {}, onSubmit }) {
  const dialog = document.getElementById(id);
  const form = dialog.querySelector("form");
  for (const [name, text] of Object.entries(texts)) slot(dialog, name).textContent = text;
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  showFailure(dialog, null);
  form.onsubmit = (event) => {
    event.preventDefault();
    withBusyButton(action(dialog, "confirm"), () => submit(dialog, onSubmit));
  };
  action(dialog, "close").onclick = () => dialog.close();
  dialog.showModal();
}

async function submit(dialog, onSubmit) {
  try {
    await onSubmit(Object.fromEntries(new FormData(dialog.querySelector("form"))));
    dialog.close();
  } catch (error) {
    showFailure(dialog, error);
  }
}

function showFailure(dialog, error) {
  const form = dialog.querySelector("form");
  const fieldErrors = fieldErrorsOf(form, error);
  const isGeneral = Boolean(error) && !Object.keys(fieldErrors).length;
  showFieldErrors(form, fieldErrors);
  part(dialog, "failure").hidden = !isGeneral;
  slot(dialog, "failure").textContent = isGeneral ? describeError(error).text : "";
}

/**
 * Show what is wrong with a form's fields beside them, and go to the first. Each field has a line
 * with data-error.
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} fieldErrors a sentence by field name; none for a field takes its
 *   sentence away
 */
export function showFieldErrors(form, fieldErrors) {
  for (const line of form.querySelectorAll("[data-error]")) {
    const message = fieldErrors[line.dataset.error];
    line.hidden = !message;
    line.textContent = message ?? "";
    form.elements[line.dataset.error].setAttribute("aria-invalid", String(Boolean(message)));
  }
  form.elements[Object.keys(fieldErrors)[0]]?.focus();
}

/**
 * What the server has against a form's fields, as `showFieldErrors` takes it; empty when its
 * refusal is about something else.
 * @param {HTMLFormElement} form
 * @param {any} error what was thrown, or null
 * @returns {Record<string, string>}
 */
export function fieldErrorsOf(form, error) {
  const formFields = Object.entries(error?.fields ?? {}).filter(([name]) => form.elements[name]);
  return Object.fromEntries(formFields.map(([name, messages]) => [name, messages.join(" ")]));
}
