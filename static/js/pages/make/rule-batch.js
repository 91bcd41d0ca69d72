/**
 * Batches from notes that are made by rule, because the model is too small to write useful cards.
 *
 * docs/decisions/small-models.md has the measurements.
 */
import { gettext, ngettext } from "../../client/i18n.js";
import { isSmallModel } from "../../client/sampling.js";
import { kindOf } from "../lib/card-kinds.js";
import { integer } from "../lib/format.js";

/** The effect of the Generate button. */
export const RULE_HINT = gettext(
  "Makes clozes from your notes without a model: the chosen model is too small to write good questions from notes.",
);
const RULE_TEXT = gettext(
  "Made from your notes without a model: the chosen model is too small to write good questions from notes.",
);
const OTHER_KIND_TEXT = gettext(
  "The cards are clozes, because other kinds of cards need a larger model.",
);

/**
 * Return whether cards are made by rule instead of by a model.
 * @param {string|undefined} notes
 * @param {string|null} modelId of the model that would write, or null if it is not known
 */
export function usesRule(notes, modelId) {
  return Boolean(notes) && modelId !== null && isSmallModel(modelId);
}

/**
 * Show the instant cards of a batch as its result.
 * @param {import("./batch.js").Batch} batch
 */
export function showMadeByRule(batch) {
  batch.instant.settle({ isKept: true });
  batch.show("done", statusText(batch.record.cards.length, batch.record.request.count));
  batch.notify(ruleNotice(batch.record.request));
}

/** @param {number} number @param {number} count of requested cards */
export function statusText(number, count) {
  if (number >= count) return ngettext("%(count)s card", "%(count)s cards", number);
  return ngettext(
    "%(number)s of %(count)s card: your notes have no more sentences to ask about",
    "%(number)s of %(count)s cards: your notes have no more sentences to ask about",
    count,
    { number: integer(number) },
  );
}

/**
 * Return whether a batch was made by rule, and no model has been asked since.
 * @param {import("./save-form.js").BatchRecord} record
 */
export function isMadeByRule({ state, parts, others, cards }) {
  const wasModelAsked = parts || others?.length;
  return state === "done" && !wasModelAsked && cards.some(({ byRule: isByRule }) => isByRule);
}

/** @param {import("./request-form.js").CardRequest} request */
export function ruleNotice({ kind }) {
  return {
    text: kind && !kindOf(kind).hasGaps ? `${RULE_TEXT} ${OTHER_KIND_TEXT}` : RULE_TEXT,
    action: "rest",
    label: gettext("Ask the model anyway"),
    canChoose: true,
  };
}
