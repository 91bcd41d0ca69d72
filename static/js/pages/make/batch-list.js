import { gettext, ngettext } from "../../client/i18n.js";
import { read, write } from "../lib/storage.js";
import { offerUndo } from "../lib/undo.js";
import { Batch } from "./batch.js";
import { partOf, restorePart, writtenCount } from "./parts.js";
import { isMadeByRule, ruleNotice } from "./rule-batch.js";

const INTERRUPTED = gettext("The page was left while these were being written.");
const CONTINUE_NOTICE = {
  text: gettext("Nothing that was written is lost."),
  action: "rest",
  label: gettext("Write the rest"),
};

/**
 * All batches on the page, newest first. Unsaved batches survive a reload of this tab.
 *
 * The element of the list receives these events, with the batch as detail: `batch-removed` and
 * `batch-restored`, when a removed batch is back.
 */
export class BatchList {
  /** @type {Batch[]} */
  #batches = [];
  #root;
  #createdCount = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    for (const record of (read("batches") ?? []).toReversed()) this.restore(record);
    for (const name of ["batch-changed", "batch-saved"])
      root.addEventListener(name, () => this.save());
    root.addEventListener("batch-gone", (event) => this.#discard(this.batchOf(event.target)));
  }

  /**
   * Create a batch. It replaces `old` if `old` has no cards.
   * @param {import("./request-form.js").CardRequest} request
   * @param {Batch|null} [old]
   * @param {boolean} [isRemote] whether another tab or device made the request, and stores it
   */
  create(request, old, isRemote = false) {
    if (old && !old.isUnsaved) this.remove(old);
    return this.#add({
      key: `${Date.now()}-${++this.#createdCount}`,
      request,
      cards: [],
      state: "writing",
      words: "",
      ...(isRemote && { isRemote }),
    });
  }

  /** @param {EventTarget} element */
  batchOf(element) {
    return this.#batches.find((batch) => batch.element === element);
  }

  /**
   * Return the batch that a generation was requested for, possibly before a reload.
   * @param {string|null} generationId
   * @returns {Batch|undefined}
   */
  findByGeneration(generationId) {
    return this.#batches.find(({ record }) => partOf(record.parts, generationId));
  }

  /** All batches, newest first. */
  get all() {
    return [...this.#batches];
  }

  /** @param {Batch} batch */
  remove(batch) {
    this.#batches = this.#batches.filter((other) => other !== batch);
    batch.element.remove();
    this.save();
    this.#send("batch-removed", batch);
  }

  /** Remove a batch. If it has cards, offer to undo it. @param {Batch} batch */
  #discard(batch) {
    const index = this.#batches.indexOf(batch);
    const next = batch.element.nextElementSibling;
    this.remove(batch);
    (next ?? document.getElementById("main")).focus({ preventScroll: true });
    if (!batch.isUnsaved) return;
    const { length } = batch.record.cards;
    offerUndo({
      text: ngettext("%(count)s card discarded.", "%(count)s cards discarded.", length),
      revert: () => this.#putBack(batch, index, next),
    });
  }

  #putBack(batch, index, next) {
    this.#batches.splice(index, 0, batch);
    this.#root.insertBefore(batch.element, next?.isConnected ? next : null);
    batch.element.focus({ preventScroll: true });
    this.save();
    this.#send("batch-restored", batch);
  }

  #send(name, batch) {
    this.#root.dispatchEvent(new CustomEvent(name, { detail: batch }));
  }

  #add(record) {
    const batch = new Batch(record);
    this.#batches.unshift(batch);
    this.#root.prepend(batch.element);
    return batch;
  }

  /**
   * Show a stored batch again.
   * @param {any} record
   * @returns {Batch|null} null if it has no cards
   */
  restore(record) {
    if (!record.cards.length && !record.instant?.length) return null;
    if (record.parts) record.parts = record.parts.map(restorePart);
    // The call that would have sent these cards ended with the previous page.
    for (const card of record.cards) delete card.unsent;
    const wasInterrupted = record.state === "writing";
    if (wasInterrupted) settleInstantCards(record);
    const batch = this.#add(
      wasInterrupted ? { ...record, state: "stopped", words: INTERRUPTED } : record,
    );
    if (isUnfinished(batch.record)) batch.notify(CONTINUE_NOTICE);
    else if (isMadeByRule(batch.record)) batch.notify(ruleNotice(batch.record.request));
    return batch;
  }

  /** Store the unsaved batches in this tab. */
  save() {
    const unsaved = this.#batches.filter(
      (batch) => batch.isUnsaved && batch.element.dataset.state !== "saved",
    );
    write("batches", unsaved.length ? unsaved.map((batch) => batch.record) : null);
  }
}

/** Move the instant cards of an interrupted batch to its cards if no model has written any. */
function settleInstantCards(record) {
  if (writtenCount(record)) return;
  record.cards.push(...(record.instant ?? []));
  record.instant = [];
}

/** Return whether cards are missing because the batch was interrupted. */
function isUnfinished({ state, parts }) {
  return parts?.some((part) => part.state !== "done") ?? state !== "done";
}
