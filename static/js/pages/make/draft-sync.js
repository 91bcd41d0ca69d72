import { gettext } from "../../client/i18n.js";
import { api, putOnUnload } from "../lib/api.js";
import { toast } from "../lib/dom.js";
import { read, write } from "../lib/storage.js";
import { DRAFTS, generationIdsOf, newDraft, toDraftBody, toRecord } from "./draft-record.js";

const DELAY_MS = 1_000;
/** While cards are being written, the batch changes all the time. */
const WRITING_DELAY_MS = 3_000;
const RETRY_MS = 15_000;
/** Errors after which storing the same content again would not help. */
const REFUSED_CODES = new Set(["too_many_drafts", "invalid", "too_large"]);

const CHANGED_ELSEWHERE = gettext(
  "These cards were also changed in another tab or on another device. Both versions are kept.",
);
const CLOSED_ELSEWHERE = gettext(
  "These cards were saved or discarded in another tab or on another device.",
);
const SIGN_OUT_ANYWAY = gettext(
  "Some unsaved cards could not be sent to the server and will be lost. Sign out anyway?",
);

/**
 * Stores the unsaved batches of this page on the server, so that they survive the tab.
 *
 * Each batch is stored a short time after it has changed. While the server cannot be reached, the
 * batch remains in this tab, and it is sent when the server is back.
 */
export class DraftSync {
  /** @type {import("./batch-list.js").BatchList} */
  #batches;
  /** @type {WeakMap<import("./batch.js").Batch, SyncState>} */
  #states = new WeakMap();
  #isSigningOut = false;
  /** The ID of this tab, which survives a reload. The draft contains the tab that stored it. */
  #tab = read("tab") ?? newDraft().id;

  /**
   * @param {import("./batch-list.js").BatchList} batches
   * @param {HTMLElement} root of the batches
   */
  constructor(batches, root) {
    this.#batches = batches;
    write("tab", this.#tab);
    root.addEventListener("batch-changed", ({ target }) =>
      this.#handleChange(batches.batchOf(target)),
    );
    root.addEventListener("batch-saved", ({ target }) => this.#close(batches.batchOf(target)));
    root.addEventListener("batch-removed", ({ detail }) => this.#close(detail));
    root.addEventListener("batch-restored", ({ detail }) => this.#reopen(detail));
    addEventListener("online", () => this.#sendAll());
    addEventListener("pagehide", () => this.#sendOnUnload());
    addEventListener("beforeunload", (event) => this.#isFailing() && event.preventDefault());
    document.addEventListener("submit", (event) => this.#handleSubmit(event), { capture: true });
  }

  /**
   * Compare the batches of this tab with the server's, and send those that it does not have.
   * @returns {Promise<any[]>} the user's other drafts
   */
  async start() {
    for (const batch of this.#batches.all) this.#handleChange(batch);
    const { results } = await api.get(`${DRAFTS}?pageSize=100`);
    for (const batch of this.#batches.all) await this.#compare(batch, results);
    const shownIds = new Set(this.#batches.all.map(({ record }) => record.draft?.id));
    return results.filter(({ id, cardCount }) => cardCount && !shownIds.has(id));
  }

  /**
   * Show a draft as a batch.
   * @param {string} id
   * @throws {import("../../client/errors.js").ApiError}
   */
  async open(id) {
    const batch = this.#batches.restore(toRecord(await api.get(`${DRAFTS}/${id}`)));
    if (batch) this.#stateOf(batch).stored = JSON.stringify(toDraftBody(batch.record));
    return batch;
  }

  /** Replace a batch that was changed on another device after this tab stored it. */
  async #compare(batch, results) {
    const { draft } = batch.record;
    if (!draft?.version || draft.isUnsent) return;
    const stored = results.find(({ id }) => id === draft.id);
    if (!stored) this.#handleClosed(batch);
    else if (stored.version > draft.version) {
      draft.version = 0; // so that removing the batch does not delete the draft
      this.#batches.remove(batch);
      await this.open(draft.id);
    }
  }

  #stateOf(batch) {
    if (!this.#states.has(batch)) this.#states.set(batch, newState(batch.record));
    return this.#states.get(batch);
  }

  #handleChange(batch) {
    if (!batch || batch.record.isRemote) return;
    const { cards, state: batchState } = batch.record;
    const state = this.#stateOf(batch);
    if (state.isClosed || !(cards.length || generationIdsOf(batch.record).length)) return;
    const isSame = state.stored === JSON.stringify(toDraftBody(batch.record));
    if (isSame && !state.isFailing) return;
    const draft = (batch.record.draft ??= newDraft());
    if (!draft.isUnsent) {
      draft.isUnsent = true;
      this.#batches.save();
    }
    this.#schedule(batch, batchState === "writing" ? WRITING_DELAY_MS : DELAY_MS);
  }

  #schedule(batch, delay) {
    const state = this.#stateOf(batch);
    state.timer ??= setTimeout(() => this.#send(batch), delay);
  }

  /** Store the batch. If it changes in the meantime, it is stored again. */
  async #send(batch) {
    const state = this.#stateOf(batch);
    clearTimeout(state.timer);
    state.timer = null;
    if (state.isClosed || !batch.record.draft?.isUnsent) return;
    if (state.sending) return void (await state.sending.then(() => this.#send(batch)));
    state.sending = this.#put(batch, state).finally(() => (state.sending = null));
    await state.sending;
  }

  async #put(batch, state) {
    await state.closing;
    const { draft } = batch.record;
    const content = JSON.stringify(toDraftBody(batch.record));
    draft.isUnsent = false;
    try {
      const { version } = await api.call("PUT", `${DRAFTS}/${draft.id}`, this.#request(batch));
      draft.version = version;
      state.stored = content;
      state.isFailing = false;
    } catch (error) {
      await this.#handleError(batch, error, content);
    }
    this.#batches.save();
  }

  #request({ record }) {
    const body = toDraftBody(record);
    const { version } = record.draft;
    return { ...body, version, record: { ...body.record, tab: this.#tab } };
  }

  async #handleError(batch, error, content) {
    const state = this.#stateOf(batch);
    if (error.status === 404) return this.#handleClosed(batch, content);
    batch.record.draft.isUnsent = true;
    if (error.code === "draft_changed") return this.#handleConflict(batch);
    state.isFailing = true;
    if (REFUSED_CODES.has(error.code)) batch.notify({ text: error.message, tone: "warning" });
    else this.#schedule(batch, (error.retryAfter ?? 0) * 1000 || RETRY_MS);
  }

  /**
   * Store the batch as another draft, unless this tab stored the other version when it was left.
   */
  async #handleConflict(batch) {
    const { draft } = batch.record;
    const stored = await api.get(`${DRAFTS}/${draft.id}`).catch(() => null);
    if (stored?.record.tab === this.#tab) draft.version = stored.version;
    else if (stored) {
      batch.record.draft = { ...newDraft(), isUnsent: true };
      toast(CHANGED_ELSEWHERE);
    }
    this.#schedule(batch, stored ? 0 : RETRY_MS);
  }

  /** Leave a batch that is closed elsewhere on the page. It is stored again when it changes. */
  #handleClosed(batch, content = JSON.stringify(toDraftBody(batch.record))) {
    batch.record.draft = newDraft();
    Object.assign(this.#stateOf(batch), { stored: content, isFailing: false });
    toast(CLOSED_ELSEWHERE);
  }

  /** Delete the draft of a batch that was saved or discarded. */
  async #close(batch) {
    const state = this.#stateOf(batch);
    state.isClosed = true;
    clearTimeout(state.timer);
    state.timer = null;
    await state.sending;
    const { draft } = batch.record;
    if (!draft?.version || !state.isClosed) return;
    batch.record.draft = { id: draft.id, version: 0 };
    state.closing = api.delete(`${DRAFTS}/${draft.id}`).catch(() => {}); // the list still shows it
    await state.closing;
  }

  /** Store a discarded batch again, with the same ID, so that the server knows it was restored. */
  #reopen(batch) {
    Object.assign(this.#stateOf(batch), { isClosed: false, stored: "" });
    this.#handleChange(batch);
  }

  get #unsent() {
    return this.#batches.all.filter(
      (batch) => batch.record.draft?.isUnsent && !this.#stateOf(batch).isClosed,
    );
  }

  #isFailing() {
    return !this.#isSigningOut && this.#unsent.some((batch) => this.#stateOf(batch).isFailing);
  }

  #sendAll() {
    return Promise.all(this.#unsent.map((batch) => this.#send(batch)));
  }

  #sendOnUnload() {
    for (const batch of this.#unsent)
      putOnUnload(`${DRAFTS}/${batch.record.draft.id}`, this.#request(batch));
  }

  /** Send unsent batches before the user signs out. */
  async #handleSubmit(event) {
    const { target: form, submitter } = event;
    if (!form.matches('[data-form="sign-out"]') || this.#isSigningOut || !this.#unsent.length)
      return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await this.#sendAll();
    if (this.#unsent.length && !confirm(SIGN_OUT_ANYWAY)) return;
    this.#isSigningOut = true;
    form.requestSubmit(submitter);
  }
}

/**
 * How far a batch is stored. `stored` is the content that the server has, as JSON. `isFailing` is
 * true after the server has not accepted the last content. `closing` is the request that deletes
 * the draft.
 * @typedef {{stored: string, timer: any, sending: Promise<void>|null, closing: Promise<any>|null,
 *   isClosed: boolean, isFailing: boolean}} SyncState
 */

/** @returns {SyncState} */
function newState(record) {
  const isStored = record.draft?.version && !record.draft.isUnsent;
  return {
    stored: isStored ? JSON.stringify(toDraftBody(record)) : "",
    timer: null,
    sending: null,
    closing: null,
    isClosed: false,
    isFailing: false,
  };
}
