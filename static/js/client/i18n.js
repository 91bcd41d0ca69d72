/**
 * Translations of the texts that users read.
 *
 * They come from the catalogue that Django's JavaScriptCatalog view puts in `globalThis.django`.
 * Without a catalogue, or in a worker, texts stay English. Placeholders are written `%(name)s`.
 */

/**
 * The language of the texts, for `Intl`: that of the page if it has a catalogue, else English.
 * Pages of other sites may write "en_US", for which `Intl` would throw an error.
 */
export const language =
  (globalThis["django"]?.catalog && globalThis.document?.documentElement.lang.replace("_", "-")) ||
  "en";
const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const PLACEHOLDER = /%\((\w+)\)s|%%/g;

/**
 * Return the translation of a text, with the values in the place of its placeholders.
 * @param {string} text
 * @param {Record<string, string|number>} [values]  `%%` is a percent sign if there are values.
 * @returns {string}
 */
export function gettext(text, values) {
  return interpolate(forms(text)?.[0] ?? text, values);
}

/**
 * Return the translation of a text that is ambiguous without its context.
 * @param {string} context
 * @param {string} text
 * @param {Record<string, string|number>} [values]
 * @returns {string}
 */
export function pgettext(context, text, values) {
  return interpolate(forms(`${context}\u0004${text}`)?.[0] ?? text, values);
}

/**
 * Return the translation of a text whose form depends on a number. The placeholder `%(count)s` is
 * the number, formatted for the language of the texts.
 * @param {string} singular
 * @param {string} plural
 * @param {number} count
 * @param {Record<string, string|number>} [values]
 * @returns {string}
 */
export function ngettext(singular, plural, count, values) {
  const translated = forms(singular)?.[globalThis["django"].pluralidx(count)];
  const text = translated ?? (count === 1 ? singular : plural);
  return interpolate(text, { count: numbers.format(count), ...values });
}

/** @param {string} key @returns {string[]|undefined} the translated forms, undefined without any */
function forms(key) {
  const catalogue = globalThis["django"]?.catalog;
  return catalogue && Object.hasOwn(catalogue, key) ? [catalogue[key]].flat() : undefined;
}

/** @param {string} text @param {Record<string, string|number>} [values] @returns {string} */
function interpolate(text, values) {
  if (!values) return text;
  return text.replace(PLACEHOLDER, (match, name) => (name ? String(values[name]) : "%"));
}
