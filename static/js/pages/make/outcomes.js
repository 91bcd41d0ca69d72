import { gettext, ngettext } from "../../client/i18n.js";
import { announce } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { integer } from "../lib/format.js";
import { countText } from "./batch.js";
import { writtenCount } from "./parts.js";

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
  const isShort = writtenCount(batch.record) < request.count;
  if (parts.some((part) => part.state === "open")) return showFailed(batch, null, true);
  batch.show(
    "done",
    isShort ? countText(batch) : ngettext("%(count)s card", "%(count)s cards", cards.length),
  );
  batch.notify(outcomeNotice(parts, isShort));
  announce(ngettext("Done: %(count)s card.", "Done: %(count)s cards.", cards.length));
}

const CACHED_NOTICE = {
  text: gettext("You asked for these before, so here they are at once."),
  action: "refresh",
  label: gettext("Make new ones"),
};
const SHORT_NOTICE = {
  text: gettext("Some cards were repeated or unusable, so there are fewer than you asked for."),
  action: "more",
  label: gettext("Ask for the rest"),
};

function outcomeNotice(parts, isShort) {
  const failed = parts.filter((part) => part.state === "failed");
  if (failed.length) return failedNotice(parts, failed);
  if (parts.every((part) => part.isCached)) return CACHED_NOTICE;
  return isShort ? SHORT_NOTICE : { text: "" };
}

function failedNotice(parts, failed) {
  const numbers = failed.map((part) => parts.indexOf(part) + 1).join(", ");
  return {
    text: ngettext(
      "Part %(numbers)s gave no cards: %(reason)s The others are here.",
      "Parts %(numbers)s gave no cards: %(reason)s The others are here.",
      failed.length,
      { numbers, reason: failed[0].why },
    ),
    action: "rest",
    label:
      failed.length === 1
        ? gettext("Try part %(number)s again", { number: numbers })
        : gettext("Try them again"),
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
  if (!writtenCount(batch.record)) batch.instant.settle();
  const { length } = batch.record.cards;
  if (isStopped && length) showStopped(batch);
  else if (isStopped) showError(batch, "stopped", STOPPED_WITHOUT_CARDS, "");
  else showError(batch, "failed", error, remainingText(batch.record));
}

/** Return a text about the cards of a failed batch, or "" if there are none. */
function remainingText(record) {
  const { length } = record.cards;
  if (!length) return "";
  if (!writtenCount(record))
    return ngettext(
      "%(count)s card was made from your notes without a model. You can save it.",
      "%(count)s cards were made from your notes without a model. You can save them.",
      length,
    );
  return ngettext(
    "%(count)s card so far can still be saved.",
    "%(count)s cards so far can still be saved.",
    length,
  );
}

const STOPPED_WITHOUT_CARDS = {
  code: "stopped",
  message: gettext("Stopped before the first card was finished."),
};

function showStopped(batch) {
  const { request } = batch.record;
  const text = ngettext(
    "Stopped with %(number)s of %(count)s card finished.",
    "Stopped with %(number)s of %(count)s cards finished.",
    request.count,
    { number: integer(writtenCount(batch.record)) },
  );
  batch.show("stopped", text);
  batch.notify({
    text: gettext("Save these, or go on where it stopped."),
    action: "rest",
    label: gettext("Write the rest"),
  });
  announce(text);
}

function showError(batch, state, error, rest) {
  const { text, ...hint } = describeError(error);
  const next =
    hint.action === "again" && batch.record.cards.length
      ? { action: "rest", label: gettext("Write the rest") }
      : hint;
  batch.show(state, countText(batch));
  batch.notify({
    ...next,
    text: [text, rest].filter(Boolean).join(" "),
    tone: state === "failed" ? "danger" : "",
  });
}
