const RATED_BY = { 1: "again", 2: "hard", 3: "good", 4: "easy" };
const TYPED_IN = "input, textarea, select, dialog, [contenteditable]";

/**
 * Space and Enter show the answer and then mean Good, 1 to 4 rate, E edits, U undoes. Nothing while
 * typing, with a modifier, or while a key is held down.
 * @param {{show: () => void, rate: (rating: string) => void, undo: () => void, edit: () => void,
 *   isAsking: () => boolean, isAnswerShown: () => boolean}} acts
 */
export function setUpKeys(acts) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPED_IN)) return;
    if (event.repeat) return withhold(event);
    const act = actOf(event, acts);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** A key that is held down must not press the button that has just come under it. */
function withhold(event) {
  if (event.key === " " || event.key === "Enter") event.preventDefault();
}

function actOf(event, acts) {
  const key = event.key.toLowerCase();
  if (key === "u") return acts.undo;
  if (!acts.isAsking()) return null;
  if (key === "e") return acts.edit;
  if (RATED_BY[key]) return acts.isAnswerShown() ? () => acts.rate(RATED_BY[key]) : null;
  // which has Space and Enter for itself
  const isOnAnother = event.target.closest("a, button:not([data-action=show])");
  if ((key !== " " && key !== "enter") || isOnAnother) return null;
  return acts.isAnswerShown() ? () => acts.rate("good") : acts.show;
}
