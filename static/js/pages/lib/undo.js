import { api } from "./api.js";
import { toast } from "./dom.js";
import { advice } from "./error-messages.js";
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
 * @param {() => void} done what to show once it is taken back
 */
export function offerUndo({ text, ...call }, done) {
  const run = () => {
    undo = null;
    takeBack(call, done);
  };
  undo = run;
  toast(text, { label: "Undo", run, hint: "Control Z takes it back." });
}

/** Go to another page and offer it there. @param {Undoable} what @param {string} address */
export function offerUndoAt(what, address) {
  write("undo", what);
  location.assign(address);
}

/** Offer what the page before left. @param {() => void} done */
export function offerKeptUndo(done) {
  const what = read("undo");
  write("undo", null);
  if (what) offerUndo(what, done);
}

async function takeBack({ path, body, method = "post" }, done) {
  try {
    for (const each of [body].flat()) await api[method](path, each);
    toast("Taken back.");
    done();
  } catch (error) {
    toast(advice(error).text);
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
