import { gettext, ngettext } from "../../client/i18n.js";
import { kindOf } from "../lib/card-kinds.js";
import { hasGaps } from "../text/cloze.js";
import { writtenCount } from "./parts.js";

/**
 * The cards of one call that this page's engine wrote while the server could not be reached.
 *
 * They appear on the page immediately. When the server confirms a card, its version replaces the
 * draft, but the user's edits are kept.
 */
export class OfflineCards {
  #batch;
  #part;
  #call;
  /**
   * The drafts of the batch, by the card that the client reported.
   * @type {Map<object, import("./batch.js").Draft>}
   */
  #drafts = new Map();

  /**
   * @param {import("./batch.js").Batch} batch
   * @param {import("./parts.js").Part} part
   * @param {import("../../client/call.js").Call} call
   */
  constructor(batch, part, call) {
    this.#batch = batch;
    this.#part = part;
    this.#call = call;
  }

  /** @param {{front: string, back: string}} card written by this page's engine and not sent yet */
  add(card) {
    const draft = toDraft(card, this.#part.index, this.#batch.record.request.kind);
    if (!this.#batch.add(draft)) return;
    this.#part.received += 1;
    this.#drafts.set(card, draft);
    this.#batch.notify({ text: unsentText(this.#batch.record), tone: "warning" });
  }

  /**
   * Update the draft that the server's card confirms, if there is one.
   * @param {number} index the server's index of the card
   * @param {object} card
   * @returns {boolean} whether the card was already on the page
   */
  confirm(index, card) {
    const written = this.#call.draftFor(index);
    const draft = this.#drafts.get(written);
    if (!draft) return false;
    this.#drafts.delete(written);
    const { id, kind } = /** @type {any} */ (card);
    this.#batch.change(draft, {
      ...(isEdited(draft, written) ? { id, kind } : card),
      unsent: undefined,
    });
    return true;
  }

  /** Remove the drafts that the server did not accept, except those that the user has edited. */
  settle() {
    for (const [written, draft] of this.#drafts) {
      if (isEdited(draft, written) || !this.#batch.record.cards.includes(draft)) continue;
      this.#batch.drop(draft);
      this.#part.received -= 1;
    }
    this.end();
  }

  /** Stop waiting for confirmations. The remaining drafts become ordinary cards. */
  end() {
    for (const draft of this.#drafts.values()) delete draft.unsent;
    this.#drafts.clear();
  }
}

/**
 * Return the status text while the server is unreachable, or "" if no cards are waiting.
 * @param {import("./save-form.js").BatchRecord} record
 */
export function unsentText({ cards, request }) {
  const { length } = cards.filter((card) => card.unsent);
  if (!length) return "";
  const waiting = ngettext(
    "%(count)s card waits to be sent.",
    "%(count)s cards wait to be sent.",
    length,
  );
  return writtenCount({ cards }) < request.count
    ? gettext("No way to the server. Writing goes on; %(waiting)s", { waiting })
    : gettext("No way to the server. All is written; %(waiting)s", { waiting });
}

/**
 * Return a draft with only the fields of the model's output that have been validated.
 *
 * A cloze without a gap gets the default kind.
 */
function toDraft({ front, back }, part, option) {
  const kind = kindOf(option);
  const { name } = kind.hasGaps && !hasGaps(front) ? kindOf() : kind;
  return { front, back, kind: name, part, unsent: true };
}

const isEdited = (draft, written) => draft.front !== written.front || draft.back !== written.back;
