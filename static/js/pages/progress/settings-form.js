import { slot, toast } from "../lib/dom.js";
import { advice } from "../lib/error-messages.js";
import { faultsOf, showFaults } from "../lib/forms.js";

const ADDRESS = "/api/flashcards/study/settings";
const NUMBERS = ["newPerDay", "reviewsPerDay", "dayBeginsHour"];

/**
 * The form of how the user studies.
 * @param {HTMLElement} page
 * @param {any} api
 * @param {() => void} changed what to do after a change
 */
export function setUpSettings(page, api, changed) {
  const form = page.querySelector('[data-form="settings"]');
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await save(form, api, changed);
  });
  // the page says already that the server is away
  api.get(ADDRESS).then(
    (settings) => fill(page, form, settings),
    () => {},
  );
}

function fill(page, form, settings) {
  for (const name of NUMBERS) form.elements[name].value = settings[name];
  form.elements.desiredRetention.value = Math.round(settings.desiredRetention * 100);
  slot(page, "zone").textContent = settings.timeZone.replaceAll("_", " ");
}

async function save(form, api, changed) {
  try {
    await api.patch(ADDRESS, wanted(form));
    showFaults(form, {});
    toast("Saved.");
    changed();
  } catch (error) {
    const faults = faultsOf(form, error);
    if (Object.keys(faults).length) showFaults(form, faults);
    else toast(advice(error).text);
  }
}

/** What the form says, as the server takes it; a number that is none is refused there. */
function wanted(form) {
  const numbers = Object.fromEntries(
    NUMBERS.map((name) => [name, number(form.elements[name].value)]),
  );
  const percents = number(form.elements.desiredRetention.value);
  return { ...numbers, desiredRetention: percents === null ? null : percents / 100 };
}

function number(text) {
  return text.trim() === "" ? null : Number(text);
}
