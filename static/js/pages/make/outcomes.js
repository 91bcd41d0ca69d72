import { announce } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { pluralize } from "../lib/format.js";

/** Errors that affect only one part. */
const PART_ERRORS = new Set(["no_valid_cards", "timeout", "engine_failed", "context_exceeded"]);

/**
 * Record the error of a part.
 *
 * Throw the error unless it affects only this part and there are other parts.
 */
export function recordPartError(part, error, hasOthers) {
  part.state = "failed";
  part.why = error.message;
  if (!hasOthers || !PART_ERRORS.has(error.code)) throw error;
}

/**
 * Show a batch as finished.
 *
 * If the user left the page before all parts were generated, show it as stopped.
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
 * Show a batch that failed or was stopped.
 * @param {import("./batch.js").Batch} batch
 * @param {any} error
 * @param {boolean} isStopped whether the user stopped it
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
