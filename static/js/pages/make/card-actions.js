import { gettext } from "../../client/i18n.js";
import { DUPLICATE_CARD, includesCard } from "../generate/prompt.js";
import { kindOf } from "../lib/card-kinds.js";
import { action, toast } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { openDialog } from "../lib/forms.js";
import { offerUndo } from "../lib/undo.js";
import { hasGaps } from "../text/cloze.js";
import { recordDiscarded } from "./fates.js";
import { checked, sourceMatch } from "./source-match.js";

/** The fields of a card that its replacement must not inherit. */
const CLEARED_FIELDS = {
  kind: undefined,
  found: undefined,
  sentence: undefined,
  byRule: undefined,
  isEdited: undefined,
};

/**
 * Open a dialog that edits a draft.
 * @param {import("./batch.js").Batch} batch
 * @param {import("./batch.js").Draft} draft
 */
export function edit(batch, draft) {
  openDialog("card-dialog", {
    texts: { title: gettext("Edit card") },
    values: { front: draft.front, back: draft.back },
    unsavedText: gettext("The card was not saved."),
    onSubmit: async (sides) => {
      const { front, back } = validated(draft, sides);
      const isEdited = draft.isEdited || front !== draft.front || back !== draft.back;
      batch.change(draft, { front, back, isEdited, ...sourceMatch(batch.record, { front, back }) });
      toast(gettext("Changed. It is saved with the others."));
    },
  });
}

/**
 * Discard a draft and offer to undo it.
 * @param {import("./batch.js").Batch} batch
 * @param {import("./batch.js").Draft} draft
 */
export function discard(batch, draft) {
  const uncount = recordDiscarded(batch.record, [draft]);
  const undo = batch.drop(draft);
  const revert = () => {
    uncount();
    undo();
  };
  offerUndo({ text: gettext("Thrown away."), revert });
  action(batch.element, "save").focus({ preventScroll: true });
}

/**
 * Replace a draft with a newly generated card.
 * @param {import("./batch.js").Batch} batch
 * @param {import("./batch.js").Draft} draft
 * @param {(index: number) => Promise<import("./batch.js").Draft>} requestCard
 */
export async function regenerate(batch, draft, requestCard) {
  batch.setBusy(draft, true);
  try {
    const replacement = await requestCard(draft.part);
    if (includesCard(replacement, batch.record.cards)) toast(DUPLICATE_CARD);
    else {
      batch.replace(draft, { ...CLEARED_FIELDS, ...checked(batch.record, replacement) });
      toast(gettext("Written anew."));
    }
  } catch (error) {
    if (error.code !== "cancelled") batch.notify(failureNotice(error));
  } finally {
    batch.setBusy(draft, false);
  }
}

/** Return the notice of an error after which the card is still there, with its own button. */
function failureNotice(error) {
  const { text, ...next } = describeError(error);
  return {
    ...(next.action !== "again" && next),
    text: [text, gettext("The card was not changed.")].join(" "),
    tone: "danger",
  };
}

function validated({ kind }, sides) {
  const [front, back] = [sides.front.trim(), sides.back.trim()];
  const fields = {};
  if (!front) fields.front = [gettext("Write the question.")];
  if (!back) fields.back = [gettext("Write the answer.")];
  if (kindOf(kind).hasGaps && front && !hasGaps(front))
    fields.front = [gettext("A cloze hides a word: write {{c1::word}} around it.")];
  if (Object.keys(fields).length) throw Object.assign(new Error(), { fields });
  return { front, back };
}
