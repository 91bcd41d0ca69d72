import { announce } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { pluralize } from "../lib/format.js";

/** What costs one part and no more. */
const PART_ERRORS = new Set(["no_valid_cards", "timeout", "engine_failed", "context_exceeded"]);

/** Note what became of a part, and throw on what stops the others, too. */
export function recordPartError(part, error, hasOthers) {
  part.state = "failed";
  part.why = error.message;
  if (!hasOthers || !PART_ERRORS.has(error.code)) throw error;
}

/**
 * All that was asked for is written; what was open when the page was left may still be.
 * @param {import("./batch.js").Batch} batch
 */
export function showDone(batch) {
  const { cards, parts, request } = batch.record;
  if (parts.some((part) => part.state === "open")) return showFailed(batch, null, true);
  const total = pluralize(cards.length, "card");
  batch.show(
    "done",
    cards.length < request.count ? `${cards.length} of ${pluralize(request.count, "card")}` : total,
  );
  batch.notify(outcomeNotice(parts, cards.length < request.count));
  announce(`Done: ${total}.`);
}

const CACHED_NOTICE = {
  text: "You asked for these before, so here they are at once.",
  action: "refresh",
  label: "Make new ones",
};
const SHORT_NOTICE = {
  text: "The model repeated itself, so there are fewer cards than you asked for.",
  action: "more",
  label: "Ask for the rest",
};

function outcomeNotice(parts, isShort) {
  const failed = parts.filter((part) => part.state === "failed");
  if (failed.length) return failedNotice(parts, failed);
  if (parts.every((part) => part.isCached)) return CACHED_NOTICE;
  return isShort ? SHORT_NOTICE : { text: "" };
}

function failedNotice(parts, failed) {
  const names = failed.map((part) => parts.indexOf(part) + 1).join(", ");
  const label =
    failed.length === 1 ? `Part ${names} gave no cards` : `Parts ${names} gave no cards`;
  return {
    text: `${label}: ${failed[0].why} The others are here.`,
    action: "rest",
    label: failed.length === 1 ? `Try part ${names} again` : "Try them again",
    tone: "warning",
  };
}

/**
 * It ended before its end.
 * @param {import("./batch.js").Batch} batch
 * @param {any} error
 * @param {boolean} isStopped by the user
 */
export function showFailed(batch, error, isStopped) {
  const { length } = batch.record.cards;
  const total = pluralize(batch.record.request.count, "card");
  if (isStopped && length) showStopped(batch, `Stopped with ${length} of ${total} finished.`);
  else if (isStopped) showError(batch, "stopped", STOPPED_WITHOUT_CARDS, "");
  else
    showError(
      batch,
      "failed",
      error,
      length ? ` ${pluralize(length, "card")} so far can still be saved.` : "",
    );
}

const STOPPED_WITHOUT_CARDS = {
  code: "stopped",
  message: "Stopped before the first card was finished.",
};

function showStopped(batch, text) {
  batch.show("stopped", text);
  batch.notify({
    text: "Save these, or go on where it stopped.",
    action: "rest",
    label: "Write the rest",
  });
  announce(text);
}

function showError(batch, state, error, suffix) {
  const { text, ...hint } = describeError(error);
  const next =
    hint.action === "again" && batch.record.cards.length
      ? { action: "rest", label: "Write the rest" }
      : hint;
  batch.show(
    state,
    `${batch.record.cards.length} of ${pluralize(batch.record.request.count, "card")}`,
  );
  batch.notify({ ...next, text: text + suffix, tone: state === "failed" ? "danger" : "" });
}
