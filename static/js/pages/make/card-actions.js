import { REPEATED, isAmong } from "../generate/prompt.js";
import { action, toast } from "../lib/dom.js";
import { advice } from "../lib/error-messages.js";
import { openDialog } from "../lib/forms.js";
import { Source } from "../notes/grounding.js";
import { hasGap } from "./offline-cards.js";

/** What another card does not have of the one it replaces. */
const FRESH = { kind: undefined, found: undefined, sentence: undefined };

/** @param {import("./batch.js").Batch} batch @param {import("./batch.js").Draft} draft */
export function edit(batch, draft) {
  openDialog("card-dialog", {
    words: { title: "Edit card" },
    values: { front: draft.front, back: draft.back },
    work: async (sides) => {
      const { front, back } = checked(draft, sides);
      batch.change(draft, { front, back, ...grounded(batch, { front, back }) });
      toast("Changed. It is saved with the others.");
    },
  });
}

/** @param {import("./batch.js").Batch} batch @param {import("./batch.js").Draft} draft */
export function drop(batch, draft) {
  const undo = batch.drop(draft);
  const back = () => {
    undo();
    toast("Taken back.");
  };
  toast("Thrown away.", { label: "Undo", run: back });
  action(batch.element, "save").focus({ preventScroll: true });
}

/**
 * Another card in the place of this one. @param {import("./batch.js").Batch} batch @param
 * {import("./batch.js").Draft} draft
 * @param {(at: number) => Promise<import("./batch.js").Draft>} ask
 */
export async function another(batch, draft, ask) {
  batch.setBusy(draft, true);
  try {
    const written = await ask(draft.part);
    if (isAmong(written, batch.record.cards)) toast(REPEATED);
    else {
      batch.change(draft, { ...FRESH, ...written });
      toast("Written anew.");
    }
  } catch (error) {
    if (error.code !== "cancelled") batch.notify({ ...advice(error), tone: "danger" });
  } finally {
    batch.setBusy(draft, false);
  }
}

function checked({ kind }, sides) {
  const [front, back] = [sides.front.trim(), sides.back.trim()];
  const fields = {};
  if (!front) fields.front = ["Write the question."];
  if (!back) fields.back = ["Write the answer."];
  if (kind === "cloze" && front && !hasGap(front))
    fields.front = ["A cloze hides a word: write {{c1::word}} around it."];
  if (Object.keys(fields).length)
    throw Object.assign(new Error("The card is not whole."), { fields });
  return { front, back };
}

/** What the notes of the batch say of a card; nothing when there are none. */
function grounded({ record: { request } }, card) {
  return request.source ? new Source(request.source).find(card) : {};
}
