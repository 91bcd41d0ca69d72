const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {number} number */
export function integer(number) {
  return whole.format(number);
}

/** @param {number} megabytes */
export function size(megabytes) {
  return megabytes >= 1000
    ? `${Number((megabytes / 1000).toFixed(1))} GB`
    : `${whole.format(megabytes)} MB`;
}

/** @param {number} fraction 0 to 1 */
export function percent(fraction) {
  return `${Math.floor(fraction * 100)} %`;
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
  const rate =
    writing > 0.5 ? ` · ${tenth.format((tokens - first.tokens) / writing)} tokens/s` : "";
  return `${pluralize(tokens, "token")} in ${tenth.format(seconds)} s${rate}`;
}

/** @param {number} number @param {string} singular @param {string} [plural] */
export function pluralize(number, singular, plural = `${singular}s`) {
  return `${whole.format(number)} ${number === 1 ? singular : plural}`;
}
