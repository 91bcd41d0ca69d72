import { Call } from "./call.js";

/** Refusals that the socket's close follows, which says more. */
const CLOSING = new Set([
  "session_closed",
  "session_expired",
  "unauthorized",
  "forbidden_host",
  "forbidden_origin",
  "disabled",
]);
/** The message was dropped, and may be said again. */
const SAY_AGAIN = new Set(["rate_limited", "internal"]);
const SAY_AGAIN_SECONDS = 1;
const DROPS_MOST = 5;

/** The calls of a client, and what each message means for them. */
export class Calls {
  /** @type {Set<Call>} */
  #open = new Set();
  /** Ids of calls that are over: what still comes of them is no news. */
  #over = new Set();
  /** @type {WeakMap<Call, number>} */
  #drops = new WeakMap();
  #tell;
  #rest;
  #sayAgain;

  /**
   * @param {object} settings
   * @param {(name: string, detail: any) => void} settings.tell
   * @param {import("./rest.js").Rest} settings.rest
   * @param {(seconds: number) => void} settings.sayAgain  the server dropped something
   */
  constructor({ tell, rest, sayAgain }) {
    this.#tell = tell;
    this.#rest = rest;
    this.#sayAgain = sayAgain;
  }

  /** Those of this client that have no outcome yet, oldest first. @returns {Call[]} */
  get own() {
    return [...this.#open].filter((call) => !call.isForeign);
  }

  /** @param {Call} call */
  add(call) {
    this.#open.add(call);
    const over = () => this.#remove(call);
    call.result.then(over, over);
  }

  /** Every open call fails of the same. @param {Error} error */
  failAll(error) {
    for (const call of [...this.#open]) call.fail(error);
  }

  /** What the server shows of the session; generations of others become calls to look at. */
  session({ generations }) {
    const shown = new Set(generations.map(({ generationId }) => generationId));
    for (const one of generations) this.#show(one);
    for (const call of this.#open)
      if (call.isForeign && !shown.has(call.generationId)) this.#lookUp(call);
  }

  progress(message) {
    const call = this.#find(message);
    if (!call) return;
    if (call.status === "asking") call.accept({ generationId: message.generationId });
    this.#tell("progress", { call, progress: message.progress, message: message.message });
  }

  card(message) {
    const call = this.#find(message) ?? this.#adopt(message);
    if (!call) return;
    call.accept({ ...message, status: "leased" });
    this.#take(call, message.index, message.card);
  }

  /**
   * The engine here wrote what the server cannot be told of.
   * @param {{generationId: string, index: number, card: any}} written
   */
  draft({ generationId, index, card }) {
    const call = this.#find({ generationId });
    if (call?.draft(index, card)) this.#tell("draft", { call, index, card });
  }

  result(message) {
    const call = this.#find(message);
    if (!call) return;
    call.accept({ ...message, status: "leased" });
    message.data.cards.forEach((card, index) => this.#take(call, index, card));
    call.succeed(message.data);
  }

  error(message) {
    const { requestId, generationId, code } = message;
    const call = requestId || generationId ? this.#find(message) : this.#blamed(code);
    if (SAY_AGAIN.has(code) && this.#isPatient(call))
      this.#sayAgain(message.retryAfter ?? SAY_AGAIN_SECONDS);
    else if (call) call.failWith({ ...message, message: message.error });
    else if (!requestId && !generationId && !CLOSING.has(code))
      this.#tell("problem", { code, message: message.error });
  }

  /**
   * A refusal without an id answers a message that could not be read: the oldest request that the
   * server has not answered.
   */
  #blamed(code) {
    return CLOSING.has(code) ? undefined : this.own.find((call) => call.status === "asking");
  }

  /** A server that drops the same request again and again will not get better by more of it. */
  #isPatient(call) {
    const drops = (this.#drops.get(call) ?? 0) + 1;
    if (call) this.#drops.set(call, drops);
    return drops <= DROPS_MOST;
  }

  #find({ requestId = null, generationId = null }) {
    return [...this.#open].find(
      (call) =>
        (requestId && call.requestId === requestId) ||
        (generationId && call.generationId === generationId),
    );
  }

  #show(one) {
    const call = this.#find(one) ?? this.#adopt(one);
    if (!call) return;
    call.accept(one);
    one.cards.forEach((card, index) => this.#take(call, index, card));
    const { status, place, engine = null, attempt } = one;
    this.#tell("waiting", { call, status, place, engine, attempt });
  }

  #take(call, index, card) {
    if (call.take(index, card)) this.#tell("card", { call, index, card });
  }

  /**
   * Cards that somebody else of this session asked for. A card may be the first that is heard of
   * them: the rest is looked up.
   */
  #adopt({ generationId, requestId, topic = "", count = 0 }) {
    if (this.#over.has(generationId) || (requestId && this.#over.has(requestId))) return undefined;
    const call = new Call({ requestId: null, options: { topic, count } });
    call.generationId = generationId;
    this.add(call);
    if (topic) this.#tell("generation", { call });
    else this.#lookUp(call).then(() => this.#tell("generation", { call }));
    return call;
  }

  /** A generation of others whose news were missed. */
  async #lookUp(call) {
    try {
      const found = await this.#rest.get(`/api/webllm/generations/${call.generationId}`);
      call.options = { ...call.options, ...found.options };
      found.cards.forEach((card, index) => this.#take(call, index, card));
      if (found.status === "succeeded")
        call.succeed({ cards: found.cards, ...(found.partial && { partial: true }) });
      else if (found.finishedAt) call.failWith({ message: found.error, code: found.code });
    } catch (error) {
      call.fail(error);
    }
  }

  #remove(call) {
    this.#open.delete(call);
    for (const id of [call.requestId, call.generationId]) if (id) this.#over.add(id);
  }
}
