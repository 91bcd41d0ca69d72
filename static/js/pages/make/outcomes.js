import { announce } from "../lib/dom.js";
import { advice } from "../lib/error-messages.js";
import { counted } from "../lib/format.js";

/** What costs one part and no more. */
const OF_ONE_PART = new Set(["no_valid_cards", "timeout", "engine_failed", "context_exceeded"]);

/** Note what became of a part, and throw on what stops the others, too. */
export function goOnAfter(part, error, hasOthers) {
  part.state = "failed";
  part.why = error.message;
  if (!hasOthers || !OF_ONE_PART.has(error.code)) throw error;
}

/**
 * All that was asked for is written; what was open when the page was left may still be.
 * @param {import("./batch.js").Batch} batch
 */
export function finish(batch) {
  const { cards, parts, request } = batch.record;
  if (parts.some((part) => part.state === "open")) return fail(batch, null, true);
  const all = counted(cards.length, "card");
  batch.show(
    "done",
    cards.length < request.count ? `${cards.length} of ${counted(request.count, "card")}` : all,
  );
  batch.notify(outcome(parts, cards.length < request.count));
  announce(`Done: ${all}.`);
}

const AGAIN = {
  text: "You asked for these before, so here they are at once.",
  action: "refresh",
  label: "Make new ones",
};
const SHORT = {
  text: "The model repeated itself, so there are fewer cards than you asked for.",
  action: "more",
  label: "Ask for the rest",
};

function outcome(parts, isShort) {
  const failed = parts.filter((part) => part.state === "failed");
  if (failed.length) return failedWords(parts, failed);
  if (parts.every((part) => part.isCached)) return AGAIN;
  return isShort ? SHORT : { text: "" };
}

function failedWords(parts, failed) {
  const names = failed.map((part) => parts.indexOf(part) + 1).join(", ");
  const which =
    failed.length === 1 ? `Part ${names} gave no cards` : `Parts ${names} gave no cards`;
  return {
    text: `${which}: ${failed[0].why} The others are here.`,
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
export function fail(batch, error, isStopped) {
  const { length } = batch.record.cards;
  const all = counted(batch.record.request.count, "card");
  if (isStopped && length) stopped(batch, `Stopped with ${length} of ${all} finished.`);
  else if (isStopped) complain(batch, "stopped", STOPPED_EARLY, "");
  else
    complain(
      batch,
      "failed",
      error,
      length ? ` ${counted(length, "card")} so far can still be saved.` : "",
    );
}

const STOPPED_EARLY = { code: "stopped", message: "Stopped before the first card was finished." };

function stopped(batch, words) {
  batch.show("stopped", words);
  batch.notify({
    text: "Save these, or go on where it stopped.",
    action: "rest",
    label: "Write the rest",
  });
  announce(words);
}

function complain(batch, state, error, kept) {
  const { text, ...advised } = advice(error);
  const next =
    advised.action === "again" && batch.record.cards.length
      ? { action: "rest", label: "Write the rest" }
      : advised;
  batch.show(
    state,
    `${batch.record.cards.length} of ${counted(batch.record.request.count, "card")}`,
  );
  batch.notify({ ...next, text: text + kept, tone: state === "failed" ? "danger" : "" });
}
