/**
 * The kinds of cards, from the table in flashcards/card_kinds.py. The server includes them in the
 * pages that show cards.
 */

/**
 * @typedef {{name: string, option: string, hasGaps: boolean}} CardKind `name` is stored with a
 *   card, and `option` is the name in requests. If `hasGaps` is true, the front must contain a gap.
 */

/** @type {CardKind[]|undefined} */
let kinds;

function allKinds() {
  kinds ??= JSON.parse(document.getElementById("card-kinds").textContent);
  return kinds;
}

/**
 * @param {string} [nameOrOption]
 * @returns {CardKind} the kind with that name or option, otherwise the first kind
 */
export function kindOf(nameOrOption) {
  const isNamed = ({ name, option }) => nameOrOption === name || nameOrOption === option;
  return allKinds().find(isNamed) ?? allKinds()[0];
}

/** Return the kind of cards whose front has gaps. @returns {CardKind} */
export const kindWithGaps = () => allKinds().find(({ hasGaps }) => hasGaps);
