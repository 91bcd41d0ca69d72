import { Call } from "./call.js";

/** Refusals that the socket's close follows, which says more. */
const CLOSING_CODES = new Set([
  "session_closed",
  "session_expired",
  "unauthorized",
  "forbidden_host",
  "forbidden_origin",
  "disabled",
]);
/** The message was dropped, and may be said again. */
const RESEND_CODES = new Set(["rate_limited", "internal"]);
const RESEND_DELAY_SECONDS = 1;
const MAX_DROPS = 5;

/** The calls of a client, and what each message means for them. */
export class Calls {
  /** @type {Set<Call>} */
  #openCalls = new Set();
  /** Ids of calls that are over: what still comes of them is no news. */
  #finishedIds = new Set();
  /** @type {WeakMap<Call, number>} */
  #dropCounts = new WeakMap();
  #emit;
  #rest;
  #scheduleResend;

  /**
   * @param {object} settings
   * @param {(name: string, detail: any) => void} settings.emit
   * @param {import("./rest.js").Rest} settings.rest
   * @param {(seconds: number) => void} settings.scheduleResend  the server dropped something
   */
  constructor({ emit, rest, scheduleResend }) {
    this.#emit = emit;
    this.#rest = rest;
    this.#scheduleResend = scheduleResend;
  }

  /** Those of this client that have no outcome yet, oldest first. @returns {Call[]} */
  get pending() {
    return [...this.#openCalls].filter((call) => !call.isRemote);
  }

  /** @param {Call} call */
  add(call) {
    this.#openCalls.add(call);
    const remove = () => this.#remove(call);
    call.result.then(remove, remove);
  }

  /** Every open call fails of the same. @param {Error} error */
  failAll(error) {
    for (const call of [...this.#openCalls]) call.fail(error);
  }

  /** What the server shows of the session; generations of others become calls to look at. */
  session({ generations }) {
    const shownIds = new Set(generations.map(({ generationId }) => generationId));
    for (const generation of generations) this.#update(generation);
    for (const call of this.#openCalls)
      if (call.isRemote && !shownIds.has(call.generationId)) this.#fetchResult(call);
  }

  progress(message) {
    const call = this.#find(message);
    if (!call) return;
    if (call.status === "asking") call.accept({ generationId: message.generationId });
    this.#emit("progress", { call, progress: message.progress, message: message.message });
  }

  card(message) {
    const call = this.#find(message) ?? this.#trackRemote(message);
    if (!call) return;
    call.accept({ ...message, status: "leased" });
    this.#addCard(call, message.index, message.card);
  }

  /**
   * The engine here wrote what the server cannot be told of.
   * @param {{generationId: string, index: number, card: any}} entry
   */
  draft({ generationId, index, card }) {
    const call = this.#find({ generationId });
    if (call?.draft(index, card)) this.#emit("draft", { call, index, card });
  }

  result(message) {
    const call = this.#find(message);
    if (!call) return;
    call.accept({ ...message, status: "leased" });
    message.data.cards.forEach((card, index) => this.#addCard(call, index, card));
    call.succeed(message.data);
  }

  error(message) {
    const { requestId, generationId, code } = message;
    const call = requestId || generationId ? this.#find(message) : this.#oldestUnanswered(code);
    if (RESEND_CODES.has(code) && this.#shouldResend(call))
      this.#scheduleResend(message.retryAfter ?? RESEND_DELAY_SECONDS);
    else if (call) call.failWithError({ ...message, message: message.error });
    else if (!requestId && !generationId && !CLOSING_CODES.has(code))
      this.#emit("problem", { code, message: message.error });
  }

  /**
   * A refusal without an id answers a message that could not be read: the oldest request that the
   * server has not answered.
   */
  #oldestUnanswered(code) {
    return CLOSING_CODES.has(code)
      ? undefined
      : this.pending.find((call) => call.status === "asking");
  }

  /** A server that drops the same request again and again will not get better by more of it. */
  #shouldResend(call) {
    const drops = (this.#dropCounts.get(call) ?? 0) + 1;
    if (call) this.#dropCounts.set(call, drops);
    return drops <= MAX_DROPS;
  }

  #find({ requestId = null, generationId = null }) {
    return [...this.#openCalls].find(
      (call) =>
        (requestId && call.requestId === requestId) ||
        (generationId && call.generationId === generationId),
    );
  }

  #update(generation) {
    const call = this.#find(generation) ?? this.#trackRemote(generation);
    if (!call) return;
    call.accept(generation);
    generation.cards.forEach((card, index) => this.#addCard(call, index, card));
    const { status, place, engine = null, attempt } = generation;
    this.#emit("waiting", { call, status, place, engine, attempt });
  }

  #addCard(call, index, card) {
    if (call.addCard(index, card)) this.#emit("card", { call, index, card });
  }

  /**
   * Cards that somebody else of this session asked for. A card may be the first that is heard of
   * them: the rest is looked up.
   */
  #trackRemote({ generationId, requestId, topic = "", count = 0 }) {
    if (this.#finishedIds.has(generationId) || (requestId && this.#finishedIds.has(requestId)))
      return undefined;
    const call = new Call({ requestId: null, options: { topic, count } });
    call.generationId = generationId;
    this.add(call);
    if (topic) this.#emit("generation", { call });
    else this.#fetchResult(call).then(() => this.#emit("generation", { call }));
    return call;
  }

  /** A generation of others whose news were missed. */
  async #fetchResult(call) {
    try {
      const generation = await this.#rest.get(`/api/webllm/generations/${call.generationId}`);
      call.options = { ...call.options, ...generation.options };
      generation.cards.forEach((card, index) => this.#addCard(call, index, card));
      if (generation.status === "succeeded")
        call.succeed({ cards: generation.cards, ...(generation.partial && { partial: true }) });
      else if (generation.finishedAt)
        call.failWithError({ message: generation.error, code: generation.code });
    } catch (error) {
      call.fail(error);
    }
  }

  #remove(call) {
    this.#openCalls.delete(call);
    for (const id of [call.requestId, call.generationId]) if (id) this.#finishedIds.add(id);
  }
}
