import { gettext } from "../../client/i18n.js";
import { slot } from "../lib/dom.js";
import { isVerbatimCloze } from "../notes/answers.js";

/**
 * @typedef {"found"|"confirmed"|"disputed"|"missing"|"unknown"} Mark
 * @typedef {import("./batch.js").Draft} Draft
 */

/**
 * Return how far the notes support a card, or null without notes.
 * @param {Draft} draft
 * @returns {Mark|null}
 */
export function markOf({ found: isFound, ...draft }) {
  if (isFound === undefined) return null;
  if (!isFound) return isFound === false ? "missing" : "unknown";
  if (isVerbatimCloze(draft)) return "confirmed";
  if (typeof draft.check?.agrees !== "boolean") return "found";
  return draft.check.agrees ? "confirmed" : "disputed";
}

/**
 * Show the mark of a card and the sentence of the notes.
 * @param {HTMLElement} element
 * @param {Draft} draft
 */
export function showSourceMark(element, draft) {
  const mark = markOf(draft);
  element.hidden = !mark;
  element.dataset.mark = mark ?? "";
  slot(element, "match-status").hidden = !mark;
  slot(element, "match-status").textContent = mark ? LABELS[mark](draft) : "";
  slot(element, "source-sentence").textContent = draft.sentence ?? "";
  slot(element, "source-sentence").hidden = !draft.sentence || !mark;
}

/** @type {Record<Mark, (draft: Draft) => string>} */
const LABELS = {
  found: () => gettext("Found in your notes"),
  confirmed: () => gettext("Confirmed from your notes"),
  disputed: ({ check: { answer } }) =>
    answer
      ? gettext("Disputed: the model answers “%(answer)s”", { answer })
      : gettext("Disputed: the model finds no answer in this sentence"),
  missing: () => gettext("Not found in your notes"),
  unknown: () => gettext("Could not be checked"),
};
