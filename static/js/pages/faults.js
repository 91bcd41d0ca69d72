/**
 * Show what is wrong with a form's fields beside them, and go to the first. Each field has a line with data-error.
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} faults a sentence by field name; none for a field takes its sentence away
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
 * What the server has against a form's fields, as `showFaults` takes it; empty when its refusal is about something else.
 * @param {HTMLFormElement} form
 * @param {any} error what was thrown, or null
 * @returns {Record<string, string>}
 */
export function faultsOf(form, error) {
  const own = Object.entries(error?.fields ?? {}).filter(([name]) => form.elements[name]);
  return Object.fromEntries(own.map(([name, sentences]) => [name, sentences.join(" ")]));
}
