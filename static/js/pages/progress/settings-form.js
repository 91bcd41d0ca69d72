import { gettext } from "../../client/i18n.js";
import { slot, toast } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { fieldErrorsOf, showFieldErrors } from "../lib/forms.js";

const ADDRESS = "/api/flashcards/study/settings";
const NUMBERS = ["newPerDay", "reviewsPerDay", "dayBeginsHour"];

/**
 * Set up the form with the user's study settings.
 * @param {HTMLElement} page
 * @param {any} api
 * @param {() => void} onChange called after the settings have been saved
 */
export function setUpSettings(page, api, onChange) {
  const form = page.querySelector('[data-form="settings"]');
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await save(form, api, onChange);
  });
  // The page already shows that the server cannot be reached.
  api.get(ADDRESS).then(
    (settings) => fill(page, form, settings),
    () => {},
  );
}

function fill(page, form, settings) {
  for (const name of NUMBERS) form.elements[name].value = settings[name];
  form.elements.desiredRetention.value = Math.round(settings.desiredRetention * 100);
  slot(page, "time-zone").textContent = settings.timeZone.replaceAll("_", " ");
}

async function save(form, api, onChange) {
  try {
    await api.patch(ADDRESS, readValues(form));
    showFieldErrors(form, {});
    toast(gettext("Saved."));
    onChange();
  } catch (error) {
    const fieldErrors = fieldErrorsOf(form, error);
    if (Object.keys(fieldErrors).length) showFieldErrors(form, fieldErrors);
    else toast(describeError(error).text);
  }
}

/** Return the values of the form for the API. The server validates the numbers. */
function readValues(form) {
  const numbers = Object.fromEntries(
    NUMBERS.map((name) => [name, number(form.elements[name].value)]),
  );
  const percents = number(form.elements.desiredRetention.value);
  return { ...numbers, desiredRetention: percents === null ? null : percents / 100 };
}

function number(text) {
  return text.trim() === "" ? null : Number(text);
}
