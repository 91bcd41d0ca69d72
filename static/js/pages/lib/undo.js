import { api } from "./api.js";
import { toast } from "./dom.js";
import { describeError } from "./error-messages.js";
import { read, write } from "./storage.js";

/**
 * What was done, and the call that takes it back: a POST unless it says otherwise; with a list of
 * bodies one call for each.
 * @typedef {{text: string, path: string, body?: object|object[], method?: "post"|"patch"}} Undoable
 */

let undo = null;

/**
 * Say what was done, with a button that takes it back. Control+Z does so, too, outside of text.
 * @param {Undoable} what
 * @param {() => void} onUndone what to show once it is taken back
 */
export function offerUndo({ text, ...call }, onUndone) {
  const run = () => {
    undo = null;
    runUndo(call, onUndone);
  };
  undo = run;
  toast(text, { label: "Undo", run, hint: "Control Z takes it back." });
}

/** Go to another page and offer it there. @param {Undoable} undoable @param {string} address */
export function offerUndoAt(undoable, address) {
  write("undo", undoable);
  location.assign(address);
}

/** Offer what the page before left. @param {() => void} onUndone */
export function offerStoredUndo(onUndone) {
  const undoable = read("undo");
  write("undo", null);
  if (undoable) offerUndo(undoable, onUndone);
}

async function runUndo({ path, body, method = "post" }, onUndone) {
  try {
    for (const item of [body].flat()) await api[method](path, item);
    toast("Taken back.");
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
