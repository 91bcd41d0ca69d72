import { gettext } from "../../client/i18n.js";
import { read, write } from "../lib/storage.js";
import { Batch } from "./batch.js";
import { partOf, restorePart } from "./parts.js";

const INTERRUPTED = gettext("The page was left while these were being written.");
const CONTINUE_NOTICE = {
  text: gettext("Nothing that was written is lost."),
  action: "rest",
  label: gettext("Write the rest"),
};

/** All batches on the page, newest first. Unsaved batches survive a reload of this tab. */
export class BatchList {
  /** @type {Batch[]} */
  #batches = [];
  #root;
  #createdCount = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    for (const record of (read("batches") ?? []).toReversed()) this.#restore(record);
    for (const name of ["batch-changed", "batch-saved"])
      root.addEventListener(name, () => this.#save());
    root.addEventListener("batch-gone", (event) => this.remove(this.batchOf(event.target)));
  }

  /**
   * Create a batch. It replaces `old` if `old` has no cards.
   * @param {import("./request-form.js").CardRequest} request
   * @param {Batch} [old]
   */
  create(request, old) {
    if (old && !old.isUnsaved) this.remove(old);
    return this.#add({
      key: `${Date.now()}-${++this.#createdCount}`,
      request,
      cards: [],
      state: "writing",
      words: "",
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

  /** @param {Batch} batch */
  remove(batch) {
    this.#batches = this.#batches.filter((other) => other !== batch);
    batch.element.remove();
    this.#save();
  }

  #add(record) {
    const batch = new Batch(record);
    this.#batches.unshift(batch);
    this.#root.prepend(batch.element);
    return batch;
  }

  #restore(record) {
    if (!record.cards.length) return;
    if (record.parts) record.parts = record.parts.map(restorePart);
    // The call that would have sent these cards ended with the previous page.
    for (const card of record.cards) delete card.unsent;
    const wasInterrupted = record.state === "writing";
    const batch = this.#add(
      wasInterrupted ? { ...record, state: "stopped", words: INTERRUPTED } : record,
    );
    if (record.parts?.some((part) => part.state !== "done")) batch.notify(CONTINUE_NOTICE);
  }

  #save() {
    const unsaved = this.#batches.filter(
      (batch) => batch.isUnsaved && batch.element.dataset.state !== "saved",
    );
    write("batches", unsaved.length ? unsaved.map((batch) => batch.record) : null);
  }
}
