import { gettext } from "../../client/i18n.js";
import { api } from "./api.js";
import { toast } from "./dom.js";
import { describeError } from "./error-messages.js";
import { read, write } from "./storage.js";

/**
 * The message about a change and the request that reverts it, a POST by default. If `body` is a
 * list, one request is sent for each item.
 * @typedef {{text: string, path: string, body?: object|object[], method?: "post"|"patch"}} Undoable
 */

/**
 * The message about a change that only this page has made, and the function that reverts it.
 * `label` is the text of the button if it is not "Undo"; then no message follows.
 * @typedef {{text: string, revert: () => void|Promise<void>, label?: string}} LocalUndoable
 */

let undo = null;

/**
 * Show a message with an Undo button. Ctrl+Z does the same outside of text fields.
 * @param {Undoable|LocalUndoable} what
 * @param {() => void} [onUndone] called after the change has been reverted
 */
export function offerUndo({ text, label, ...change }, onUndone = () => {}) {
  const run = () => {
    undo = null;
    if (label) change.revert();
    else runUndo(change, onUndone);
  };
  undo = run;
  toast(text, {
    label: label ?? gettext("Undo"),
    run,
    hint: gettext("Control Z takes it back."),
  });
}

/**
 * Go to another page and offer to undo the change there.
 * @param {Undoable} undoable
 * @param {string} address
 */
export function offerUndoAt(undoable, address) {
  write("undo", undoable);
  location.assign(address);
}

/** Offer to undo the change that the previous page stored. @param {() => void} onUndone */
export function offerStoredUndo(onUndone) {
  const undoable = read("undo");
  write("undo", null);
  if (undoable) offerUndo(undoable, onUndone);
}

async function runUndo({ path, body, method = "post", revert }, onUndone) {
  try {
    if (revert) await revert();
    else for (const item of [body].flat()) await api[method](path, item);
    toast(gettext("Taken back."));
    onUndone();
  } catch (error) {
    toast(describeError(error).text);
  }
}

addEventListener("keydown", (event) => {
  const isUndo =
    event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
  if (
    !isUndo ||
    !undo ||
    event.target.closest("input:not([type=checkbox]), textarea, select, dialog")
  )
    return;
  event.preventDefault();
  document.getElementById("toasts").replaceChildren();
  undo();
});
