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
