import { GenerationError } from "./errors.js";
import { keyOf } from "./parse/cards.js";

/**
 * @typedef {{front: string, back: string, id?: string, [member: string]: any}} Card  with an `id`
 *   once the server has it
 * @typedef {{cards: Card[], generationId: string|null, cached?: boolean, partial?: boolean}}
 *   CallResult
 * @typedef {{topic: string, count: number, language?: string, difficulty?: string, kind?: string,
 *   source?: string, refresh?: boolean,
 *   save?: boolean}} Options
 */

/**
 * One request for cards. Its cards come by `for await (const card of call)`, which fails as
 * `result` does; `result` has all of them. Leaving the loop early does not cancel: `cancel()` and
 * the AbortSignal do.
 */
export class Call {
  /** The server's name for it, once it has answered. @type {string|null} */
  generationId = null;
  /** By index, as they came. @type {Card[]} */
  cards = [];
  /**
   * By index, what the engine here wrote and the server has not confirmed; after success, what it
   * did not take.
   * @type {Map<number, Card>}
   */
  drafts = new Map();
  /** By the server's index. @type {Map<number, Card>} */
  #confirmedDrafts = new Map();
  /** asking, queued, leased, succeeded or failed */
  status = "asking";
  /** How many are before it in the queue. */
  place = 0;
  /**
   * @type {Promise<CallResult>} rejects with a GenerationError, or an ApiError when not even a
   *   session could be had
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
    this.result.catch(() => {}); // who only iterates hears of it there
    this.#resetChange();
  }

  /** Whether it was asked for elsewhere, and is only looked at here. */
  get isRemote() {
    return this.requestId === null;
  }

  get isFinished() {
    return this.status === "succeeded" || this.status === "failed";
  }

  /** What asks for it, however often: the server runs nothing twice. */
  get message() {
    return {
      type: "generate",
      prompt: this.prompt,
      options: this.options,
      requestId: this.requestId,
    };
  }

  /** The server has it. @param {{generationId?: string, status?: string, place?: number}} news */
  accept({ generationId, status = "queued", place = 0 }) {
    this.generationId ??= generationId ?? null;
    if (!this.isFinished)
      Object.assign(this, { status: status === "leased" ? "leased" : "queued", place });
  }

  /**
   * @param {number} index
   * @param {Card} card
   * @returns {boolean} false: it was there already, or comes too late
   */
  addCard(index, card) {
    if (this.isFinished || index in this.cards) return false;
    this.cards[index] = card;
    this.#confirmDraft(index, card);
    this.#resetChange();
    return true;
  }

  /**
   * The engine here wrote this, and the server does not know.
   * @param {number} index
   * @param {Card} card
   * @returns {boolean} whether it is new
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
   * The draft that the server's card at this index takes the place of, if there was one.
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
   * The server may count otherwise, having refused some; so the same words go before the same
   * index.
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
