import { gettext, language, ngettext } from "../../client/i18n.js";

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(language, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const plain = new Intl.NumberFormat(language, { useGrouping: false });

/** @param {number} number */
export function integer(number) {
  return whole.format(number);
}

/** @param {number} number @returns {string} the number with its decimals, at most three */
export function decimal(number) {
  return plain.format(number);
}

/** @param {number} number @returns {string} the number with one decimal */
export function tenths(number) {
  return tenth.format(number);
}

/** @param {number} megabytes */
export function size(megabytes) {
  return megabytes >= 1000
    ? gettext("%(number)s GB", { number: decimal(Number((megabytes / 1000).toFixed(1))) })
    : gettext("%(number)s MB", { number: whole.format(megabytes) });
}

/** @param {number} fraction 0 to 1 */
export function percent(fraction) {
  return gettext("%(number)s %%", { number: whole.format(Math.floor(fraction * 100)) });
}

/**
 * Return a text with the number of tokens, the time and the speed.
 *
 * The speed is measured from the first token, because the model is still reading the prompt before
 * it.
 * @param {{tokens: number, seconds: number}} spent
 * @param {{tokens: number, seconds: number}} [first] the values at the first token
 */
export function speed({ tokens, seconds }, first = { tokens: 0, seconds: 0 }) {
  const writing = seconds - first.seconds;
  const total = ngettext(
    "%(count)s token in %(seconds)s s",
    "%(count)s tokens in %(seconds)s s",
    tokens,
    { seconds: tenths(seconds) },
  );
  if (!(writing > 0.5)) return total;
  const rate = tenths((tokens - first.tokens) / writing);
  return `${total} · ${gettext("%(rate)s tokens/s", { rate })}`;
}
