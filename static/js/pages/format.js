const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {number} number */
export function integer(number) {
  return whole.format(number);
}

/** @param {number} megabytes */
export function size(megabytes) {
  return megabytes >= 1000 ? `${tenth.format(megabytes / 1000)} GB` : `${whole.format(megabytes)} MB`;
}

/** @param {number} fraction 0 to 1 */
export function percent(fraction) {
  return `${Math.floor(fraction * 100)} %`;
}

/** @param {{tokens: number, seconds: number}} spent */
export function speed({ tokens, seconds }) {
  const rate = seconds > 0 ? `, ${tenth.format(tokens / seconds)} tokens/s` : "";
  return `${whole.format(tokens)} tokens in ${tenth.format(seconds)} s${rate}`;
}

/** @param {number} number @param {string} one @param {string} [many] */
export function counted(number, one, many = `${one}s`) {
  return `${whole.format(number)} ${number === 1 ? one : many}`;
}
