import { GenerationError } from "./errors.js";
import { keyOf } from "./parse/repeats.js";

/**
 * @typedef {{front: string, back: string, id?: string, [member: string]: any}} Card  Cards from
 *   the server have an `id`.
 * @typedef {{cards: Card[], generationId: string|null, cached?: boolean, partial?: boolean}}
 *   CallResult
 * @typedef {{topic: string, count: number, language?: string, difficulty?: string, kind?: string,
 *   source?: string, refresh?: boolean,
 *   save?: boolean}} Options
 */

/**
 * One request for cards.
 *
 * `for await (const card of call)` yields each card when it is finished and throws the error that
 * `result` rejects with. `result` resolves with all cards. Leaving the loop early does not cancel
 * the request. Use `cancel()` or the AbortSignal for that.
 */
export class Call {
  /** The generation's ID, or null until the server has responded. @type {string|null} */
  generationId = null;
  /** The cards received so far, by index. @type {Card[]} */
  cards = [];
  /**
   * Cards that this client's engine wrote and the server has not confirmed, by the engine's index.
   * After success, these are the cards that the server rejected.
   * @type {Map<number, Card>}
   */
  drafts = new Map();
  /** Drafts that the server's cards replaced, by the server's index. @type {Map<number, Card>} */
  #confirmedDrafts = new Map();
  /** One of "asking", "queued", "leased", "succeeded" or "failed". */
  status = "asking";
  /** The number of generations before this one in the queue. */
  place = 0;
  /**
   * @type {Promise<CallResult>} rejects with a GenerationError, with a ConnectionError if the
   *   server refuses the socket permanently, or with an ApiError if a REST request fails, for
   *   example the one that opens the session
   */
  result;
  /** @type {{resolve: (result: CallResult) => void, reject: (error: Error) => void}} */
  #settle;
  #notifyChange = () => {};
  #changePromise;

  /**
   * @param {{requestId: string|null, prompt?: string, options: Options, cancel?: (call: Call) =>
   *   void}} request
   */
  constructor({ requestId, prompt = "", options, cancel = () => {} }) {
    this.requestId = requestId;
    this.prompt = prompt;
    this.options = options;
    this.cancel = () => cancel(this);
    this.result = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.result.catch(() => {}); // callers that only iterate get the error from the loop
    this.#resetChange();
  }

  /** True if this client did not make the request and only observes it. */
  get isRemote() {
    return this.requestId === null;
  }

  get isFinished() {
    return this.status === "succeeded" || this.status === "failed";
  }

  /**
   * The `generate` message of this call.
   *
   * It can be sent repeatedly, because the server runs each request ID only once.
   */
  get message() {
    return {
      type: "generate",
      prompt: this.prompt,
      options: this.options,
      requestId: this.requestId,
    };
  }

  /**
   * Record that the server has accepted the request.
   * @param {{generationId?: string, status?: string, place?: number}} news
   */
  accept({ generationId, status = "queued", place = 0 }) {
    this.generationId ??= generationId ?? null;
    if (!this.isFinished)
      Object.assign(this, { status: status === "leased" ? "leased" : "queued", place });
  }

  /**
   * Add a card from the server.
   * @param {number} index
   * @param {Card} card
   * @returns {boolean} false if there already is a card at this index or the call is finished
   */
  addCard(index, card) {
    if (this.isFinished || index in this.cards) return false;
    this.cards[index] = card;
    this.#confirmDraft(index, card);
    this.#resetChange();
    return true;
  }

  /**
   * Add a card that this client's engine wrote and that the server may not have.
   * @param {number} index
   * @param {Card} card
   * @returns {boolean} whether the draft is new
   */
  draft(index, card) {
    if (this.isFinished || index in this.cards || this.drafts.has(index)) return false;
    const key = keyOf(card);
    if (
      [...this.cards.filter(Boolean), ...this.drafts.values()].some((other) => keyOf(other) === key)
    )
      return false;
    this.drafts.set(index, card);
    return true;
  }

  /**
   * Return the draft that the server's card at this index replaced, if there was one.
   * @param {number} index
   * @returns {Card|undefined}
   */
  draftFor(index) {
    return this.#confirmedDrafts.get(index);
  }

  /** @deprecated Use `draftFor`. @param {number} index @returns {Card|undefined} */
  draftAt(index) {
    return this.draftFor(index);
  }

  /** @param {{cards: Card[], cached?: boolean, partial?: boolean}} data */
  succeed(data) {
    this.cards = data.cards;
    this.#finish("succeeded", () =>
      this.#settle.resolve({ ...data, generationId: this.generationId }),
    );
  }

  /** @param {Error} error */
  fail(error) {
    this.#finish("failed", () => this.#settle.reject(error));
  }

  /** @param {{message: string, code?: string, retryable?: boolean, retryAfter?: number}} problem */
  failWithError({ message, code, retryable, retryAfter }) {
    const { generationId, cards } = this;
    this.fail(
      new GenerationError({
        message,
        code,
        retryable,
        retryAfter,
        generationId,
        cards: cards.filter(Boolean),
      }),
    );
  }

  async *[Symbol.asyncIterator]() {
    for (let index = 0; ; index++) {
      while (!(index in this.cards) && !this.isFinished) await this.#changePromise;
      if (!(index in this.cards)) break;
      yield this.cards[index];
    }
    await this.result;
  }

  /**
   * Move the draft that a card replaces to the confirmed drafts.
   *
   * A draft with the same text takes precedence over one with the same index: if the server has
   * rejected cards, its indexes differ from the engine's.
   */
  #confirmDraft(index, card) {
    if (!this.drafts.size) return;
    const key = keyOf(card);
    const [draftIndex] = [...this.drafts].find(([, draft]) => keyOf(draft) === key) ?? [index];
    if (!this.drafts.has(draftIndex)) return;
    this.#confirmedDrafts.set(index, this.drafts.get(draftIndex));
    this.drafts.delete(draftIndex);
  }

  #finish(status, settle) {
    if (this.isFinished) return;
    this.status = status;
    settle();
    this.#resetChange();
  }

  #resetChange() {
    this.#notifyChange();
    this.#changePromise = new Promise((resolve) => (this.#notifyChange = () => resolve(undefined)));
  }
}
