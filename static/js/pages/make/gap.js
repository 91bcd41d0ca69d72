const GAP = /\{\{c[1-9][0-9]{0,2}::.+?\}\}/su;

/** Whether a cloze's front hides anything; the server asks the same of it. @param {string} front */
export function hasGap(front) {
  return GAP.test(front);
}
