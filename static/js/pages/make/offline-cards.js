import { kindOf } from "../lib/card-kinds.js";
import { pluralize } from "../lib/format.js";
import { hasGaps } from "../text/cloze.js";

/**
 * The cards of one call that the engine of this page wrote while the server could not be reached.
 * They are on the page at once; when the server's own come they take their place, with what the
 * user changed of them meanwhile.
 */
export class OfflineCards {
  #batch;
  #part;
  #call;
  /**
   * What the client told of, and what the batch has of it.
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

  /** @param {{front: string, back: string}} card written here and not sent yet */
  add(card) {
    const draft = toDraft(card, this.#part.index, this.#batch.record.request.kind);
    if (!this.#batch.add(draft)) return;
    this.#part.received += 1;
    this.#drafts.set(card, draft);
    this.#batch.notify({ text: unsentText(this.#batch.record), tone: "warning" });
  }

  /**
   * The server's card at an index.
   * @param {number} index
   * @param {object} card
   * @returns {boolean} whether it was on the page already
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

  /**
   * The server has all that it wants: it refused the others, but what the user wrote into one is
   * the user's.
   */
  settle() {
    for (const [written, draft] of this.#drafts) {
      if (isEdited(draft, written) || !this.#batch.record.cards.includes(draft)) continue;
      this.#batch.drop(draft);
      this.#part.received -= 1;
    }
    this.end();
  }

  /** Nothing comes any more: what is here is the user's, as any card. */
  end() {
    for (const draft of this.#drafts.values()) delete draft.unsent;
    this.#drafts.clear();
  }
}

/**
 * What to say without a server, if cards wait for it.
 * @param {import("./save-form.js").BatchRecord} record
 */
export function unsentText({ cards, request }) {
  const { length } = cards.filter((card) => card.unsent);
  if (!length) return "";
  const waitingText = `${pluralize(length, "card")} ${length === 1 ? "waits" : "wait"} to be sent.`;
  return cards.length < request.count
    ? `No way to the server. Writing goes on; ${waitingText}`
    : `No way to the server. All is written; ${waitingText}`;
}

/** Only what the page understands: the rest of a model's members was checked by nobody. */
function toDraft({ front, back }, part, option) {
  const kind = kindOf(option);
  const { name } = kind.hasGaps && !hasGaps(front) ? kindOf() : kind;
  return { front, back, kind: name, part, unsent: true };
}

const isEdited = (draft, written) => draft.front !== written.front || draft.back !== written.back;
