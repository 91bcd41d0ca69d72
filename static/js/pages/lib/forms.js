import { gettext } from "../../client/i18n.js";
import { action, part, slot, withBusyButton } from "./dom.js";
import { describeError } from "./error-messages.js";
import { offerUndo } from "./undo.js";

/**
 * Open a dialog with a form.
 *
 * The dialog stays open until `onSubmit` succeeds, so an error does not discard the user's input.
 * After the user has closed a dialog with `unsavedText` without submitting what they typed, they
 * can open it again with that text.
 * @param {string} id of the dialog
 * @param {object} what
 * @param {Record<string, string>} [what.texts] texts by slot
 * @param {Record<string, string>} [what.values] initial values by field
 * @param {(values: Record<string, string>) => Promise<void>} what.onSubmit processes the form; the
 *   dialog shows its error
 * @param {string} [what.unsavedText] the message after the user has closed the dialog
 * @param {Record<string, string>} [typed] what the user typed before they closed the dialog
 */
export function openDialog(id, what, typed = {}) {
  const { texts = {}, values = {}, onSubmit } = what;
  const dialog = document.getElementById(id);
  const form = dialog.querySelector("form");
  for (const [name, text] of Object.entries(texts)) slot(dialog, name).textContent = text;
  for (const [name, value] of Object.entries({ ...values, ...typed }))
    form.elements[name].value = value;
  showFailure(dialog, null);
  form.onsubmit = (event) => {
    event.preventDefault();
    withBusyButton(action(dialog, "confirm"), () => submit(dialog, onSubmit));
  };
  action(dialog, "close").onclick = () => dialog.close();
  dialog.onclose = () => dialog.returnValue !== SUBMITTED && offerReopening(id, what);
  dialog.returnValue = "";
  dialog.showModal();
}

const SUBMITTED = "submitted";

/** Offer to open the dialog again if the user closed it with changed text. */
function offerReopening(id, what) {
  if (!what.unsavedText) return;
  const form = document.getElementById(id).querySelector("form");
  const typed = Object.fromEntries(new FormData(form));
  if (Object.entries(what.values).every(([name, value]) => typed[name] === value)) return;
  offerUndo({
    text: what.unsavedText,
    label: gettext("Continue editing"),
    revert: () => openDialog(id, what, typed),
  });
}

async function submit(dialog, onSubmit) {
  try {
    await onSubmit(Object.fromEntries(new FormData(dialog.querySelector("form"))));
    dialog.close(SUBMITTED);
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
 * Show the errors of a form's fields and focus the first invalid field.
 *
 * Each field has an element with data-error.
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} fieldErrors messages by field name; the messages of other fields
 *   are removed
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
 * Return the field errors of a server response, in the form that `showFieldErrors` expects.
 *
 * The result is empty if the error is not about a field of this form.
 * @param {HTMLFormElement} form
 * @param {any} error the error that was thrown, or null
 * @returns {Record<string, string>}
 */
export function fieldErrorsOf(form, error) {
  const formFields = Object.entries(error?.fields ?? {}).filter(([name]) => form.elements[name]);
  return Object.fromEntries(formFields.map(([name, messages]) => [name, messages.join(" ")]));
}
