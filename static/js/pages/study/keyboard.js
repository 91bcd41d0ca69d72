const RATING_KEYS = { 1: "again", 2: "hard", 3: "good", 4: "easy" };

/**
 * Set up the keyboard shortcuts.
 *
 * Space and Enter show the answer, and then rate it as Good. 1 to 4 rate the card, E edits it, and
 * U undoes the last rating. Shortcuts are ignored while the user types, with Ctrl, Alt or Meta, and
 * when a key repeats.
 * @param {{show: () => void, rate: (rating: string) => void, undo: () => void, edit: () => void,
 *   isAsking: () => boolean, isAnswerShown: () => boolean}} actions
 */
export function setUpKeys(actions) {
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, dialog, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    if (event.repeat) return preventRepeat(event);
    const action = actionFor(event, actions);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** Prevent a held key from pressing the button that has just received the focus. */
function preventRepeat(event) {
  if (event.key === " " || event.key === "Enter") event.preventDefault();
}

function actionFor(event, actions) {
  const key = event.key.toLowerCase();
  if (key === "u") return actions.undo;
  if (!actions.isAsking()) return null;
  if (key === "e") return actions.edit;
  if (RATING_KEYS[key])
    return actions.isAnswerShown() ? () => actions.rate(RATING_KEYS[key]) : null;
  // Links and other buttons handle Space and Enter themselves.
  const isOnAnother = event.target.closest("a, button:not([data-action=show])");
  if ((key !== " " && key !== "enter") || isOnAnother) return null;
  return actions.isAnswerShown() ? () => actions.rate("good") : actions.show;
}
