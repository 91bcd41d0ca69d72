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
 * How many tokens in which time, and how fast they come since the first one: before it the model
 * was reading.
 * @param {{tokens: number, seconds: number}} spent
 * @param {{tokens: number, seconds: number}} [first] what was spent when the first token came
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
