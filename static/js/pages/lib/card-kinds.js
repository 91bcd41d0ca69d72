/**
 * The kinds of cards, from the table in flashcards/card_kinds.py. The server writes it into the
 * pages that show cards.
 */

/**
 * @typedef {{name: string, option: string, hasGaps: boolean}} CardKind `name` is stored with a
 *   card, `option` is its name in a request; the front of a kind that `hasGaps` needs a gap
 */

/** @type {CardKind[]|undefined} */
let kinds;

/**
 * @param {string} [nameOrOption]
 * @returns {CardKind} the kind of that name; the first one when there is no such kind
 */
export function kindOf(nameOrOption) {
  kinds ??= JSON.parse(document.getElementById("card-kinds").textContent);
  return (
    kinds.find(({ name, option }) => nameOrOption === name || nameOrOption === option) ?? kinds[0]
  );
}
