/**
 * The fates of cards that the server cannot derive: the IDs of generated cards that the
 * user replaced by other generated cards, and the numbers of instant cards.
 * @typedef {{regenerated: string[], instantRegenerated: number, instantDiscarded: number}} Fates
 */

/** @typedef {import("./batch.js").Draft} Draft */
/** @typedef {import("./save-form.js").BatchRecord} BatchRecord */

/**
 * Record that the user replaces a card by a generated one.
 * @param {BatchRecord} record
 * @param {Draft} draft before it is replaced
 */
export function recordRegenerated(record, { id, byRule: isByRule }) {
  const fates = fatesIn(record);
  if (isByRule) fates.instantRegenerated += 1;
  else if (id) fates.regenerated.push(id);
}

/**
 * Record that the user discarded cards. The server derives this for generated cards.
 * @param {BatchRecord} record
 * @param {Draft[]} drafts
 * @returns {(restored?: Draft[]) => void} reverts it for all or some of the cards
 */
export function recordDiscarded(record, drafts) {
  const add = (cards, sign) => {
    const { length } = cards.filter(({ byRule: isByRule }) => isByRule);
    if (length) fatesIn(record).instantDiscarded += sign * length;
  };
  add(drafts, 1);
  return (restored = drafts) => add(restored, -1);
}

/**
 * Return the fates as the request that saves the batch sends them.
 * @param {BatchRecord} record
 */
export function fatesOf(record) {
  const edited = record.cards.filter((card) => card.byRule && card.isEdited);
  return { ...fatesIn(record), instantEdited: edited.length };
}

/** @returns {Fates} */
function fatesIn(record) {
  return (record.fates ??= { regenerated: [], instantRegenerated: 0, instantDiscarded: 0 });
}
