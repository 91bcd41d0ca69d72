import { Call } from "./call.js";

/**
 * Codes of errors after which the server closes the socket. Without an ID, these errors are ignored
 * here, because the connection handles the close code.
 */
const CLOSING_CODES = new Set([
  "session_closed",
  "session_expired",
  "unauthorized",
  "forbidden_host",
  "forbidden_origin",
  "disabled",
]);
/** Codes of errors after which a message can be sent again, because the server dropped it. */
const RESEND_CODES = new Set(["rate_limited", "internal"]);
const RESEND_DELAY_SECONDS = 1;
const MAX_DROPS = 5;

/** The calls of a client, updated from the server's messages. */
export class Calls {
  /** @type {Set<Call>} */
  #openCalls = new Set();
  /** IDs of finished calls. Later messages about them are ignored. */
  #finishedIds = new Set();
  /** @type {WeakMap<Call, number>} */
  #dropCounts = new WeakMap();
  #emit;
  #rest;
  #scheduleResend;

  /**
   * @param {object} settings
   * @param {import("./events.js").ClientEmitter["emit"]} settings.emit
   * @param {import("./rest.js").Rest} settings.rest
   * @param {(seconds: number) => void} settings.scheduleResend  called when the server has
   *   dropped a message
   */
  constructor({ emit, rest, scheduleResend }) {
    this.#emit = emit;
    this.#rest = rest;
    this.#scheduleResend = scheduleResend;
  }

  /** This client's own unfinished calls, oldest first. @returns {Call[]} */
  get pending() {
    return [...this.#openCalls].filter((call) => !call.isRemote);
  }

  /** @param {Call} call */
  add(call) {
    this.#openCalls.add(call);
    const remove = () => this.#remove(call);
    call.result.then(remove, remove);
  }

  /** Fail all open calls with the same error. @param {Error} error */
  failAll(error) {
    for (const call of [...this.#openCalls]) call.fail(error);
  }

  /**
   * Update all calls from the server's snapshot of the session.
   *
   * Generations that this client did not request become remote calls. Remote calls that are missing
   * from the snapshot are looked up over REST.
   */
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
   * Add a card that this client's engine wrote and that the server may not have.
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
   * Return the call that an error without an ID belongs to.
   *
   * Such an error means that the server did not read a message, because it was invalid or the
   * client sent too many. The error is attributed to the oldest request that the server has not
   * answered.
   */
  #oldestUnanswered(code) {
    return CLOSING_CODES.has(code)
      ? undefined
      : this.pending.find((call) => call.status === "asking");
  }

  /**
   * Count a dropped request, and return whether to send it again.
   *
   * After MAX_DROPS drops of the same request, sending it again would not help.
   */
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
   * Start to observe a generation that this client did not request.
   *
   * If a card is the first message about the generation, its topic and options are fetched over
   * REST. Return undefined if the call is already finished.
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

  /** Update a remote call with its generation over REST. */
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
