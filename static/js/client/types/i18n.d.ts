/**
 * Return the translation of a text, with the values in the place of its placeholders.
 * @param {string} text
 * @param {Record<string, string|number>} [values]  `%%` is a percent sign if there are values.
 * @returns {string}
 */
export function gettext(text: string, values?: Record<string, string | number>): string;
/**
 * Return the translation of a text that is ambiguous without its context.
 * @param {string} context
 * @param {string} text
 * @param {Record<string, string|number>} [values]
 * @returns {string}
 */
export function pgettext(context: string, text: string, values?: Record<string, string | number>): string;
/**
 * Return the translation of a text whose form depends on a number. The placeholder `%(count)s` is
 * the number, formatted for the language of the texts.
 * @param {string} singular
 * @param {string} plural
 * @param {number} count
 * @param {Record<string, string|number>} [values]
 * @returns {string}
 */
export function ngettext(singular: string, plural: string, count: number, values?: Record<string, string | number>): string;
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
export const language: string;
