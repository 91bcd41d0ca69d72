/** What was chosen last time, for this browser: language, difficulty, kind and number of cards. */

const KEY = "mindflip:choices";
const NAMES = ["language", "difficulty", "kind", "count"];
const TAGS = ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "tr", "ru", "uk", "el", "ar", "he", "hi", "zh", "ja", "ko"];

/** @param {HTMLFormElement} form */
export function keepChoices(form) {
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(NAMES.map((name) => [name, form.elements[name].value]))));
  } catch {
    // storage is switched off: the next visit begins with the defaults
  }
}

/** @param {HTMLFormElement} form whose fields nobody has touched yet */
export function restoreChoices(form) {
  for (const [name, value] of Object.entries(kept())) {
    const field = NAMES.includes(name) && form.elements[name];
    if (field && typeof value === "string") field.value = value;
  }
  if (!form.elements.kind.value) form.elements.kind.selectedIndex = 0;
}

/** Languages by their own names, the browser's first. @param {HTMLFormElement} form */
export function suggestLanguages(form) {
  const own = navigator.language.split("-")[0];
  const tags = [own, ...TAGS.filter((tag) => tag !== own)];
  form.elements.language.list.replaceChildren(...tags.map(option));
  form.elements.language.placeholder = `Any, or ${nameOf(own)}`;
}

function option(tag) {
  const element = document.createElement("option");
  element.value = nameOf(tag);
  return element;
}

function nameOf(tag) {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  return name[0].toLocaleUpperCase(tag) + name.slice(1);
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
