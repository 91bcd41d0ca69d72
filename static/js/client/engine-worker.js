import { engineErrorCode, RELOAD_CODES } from "./engine-errors.js";
import { gettext } from "./i18n.js";
import { CardStream, parseCards } from "./parse.js";
import { checkCard, requirementsOf } from "./parse/degenerate.js";
import { writePassages } from "./passages.js";
import { isSmallModel, maxTokensFor, samplingFor } from "./sampling.js";

const MAX_MESSAGE_LENGTH = 1000;

/**
 * Makes the client's engine available to the server.
 *
 * It announces when the engine is ready, runs the server's generations one at a time, and keeps the
 * last response so that it can be sent again.
 */
export class EngineWorker {
  #send;
  #emit;
  #onDraft;
  #modelId;
  /** @type {Engine|null} */
  #engine = null;
  #isBroken = false;
  #isReady = false;
  /** @type {GenerationRun|null} */
  #run = null;
  #nextRequest = null;
  #response = null;
  /** The run that produced the last response. @type {GenerationRun|null} */
  #lastRun = null;
  #speed = 0;
  #finished = Promise.resolve();

  /**
   * @param {object} settings
   * @param {string} settings.modelId
   * @param {(message: object) => boolean} settings.send
   * @param {import("./events.js").ClientEmitter["emit"]} settings.emit
   * @param {(draft: {generationId: string, index: number, card: object}) => void} settings.onDraft
   *   called with a card that the server may not have
   */
  constructor({ modelId, send, emit, onDraft }) {
    this.#modelId = modelId;
    this.#send = send;
    this.#emit = emit;
    this.#onDraft = onDraft;
  }

  /** True if the engine's `ready` was sent on this socket. */
  get isReady() {
    return this.#isReady;
  }

  /**
   * Use another engine, or the same one after it was loaded again.
   * @param {any} engine null to use none
   */
  setEngine(engine) {
    this.#engine = toEngine(engine);
    this.#isBroken = false;
    this.#isReady = false;
    this.#runNext();
  }

  /** Resume the current run on a new socket, and resend the last response. */
  handleUp() {
    this.#isReady = false;
    this.#run?.resume();
    this.resend();
  }

  /** Report the written cards as drafts when the socket is lost. */
  handleDown() {
    (this.#run ?? this.#lastRun)?.handleDown();
  }

  /**
   * Resend the last response and `ready`, which may not have arrived.
   *
   * It is harmless to send the same response twice.
   */
  resend() {
    if (this.#response) this.#send(this.#response);
    if (!this.#run) this.#isReady = false;
    this.#runNext();
  }

  /**
   * Run a generation for the server.
   * @param {any} request
   * @returns {Promise<void>} when all requested runs have ended
   */
  handleRequest(request) {
    this.#response = null;
    if (
      this.#run &&
      !this.#run.isCancelled &&
      this.#run.request.generationId === request.generationId
    )
      this.#run.request = request;
    else this.#nextRequest = request;
    this.#runNext();
    return this.#finished;
  }

  /** Cancel a generation on the server's request. @param {string} generationId */
  handleCancel(generationId) {
    if (this.#run?.request.generationId === generationId) this.#run.cancel();
    if (this.#nextRequest?.generationId === generationId) this.#nextRequest = null;
    this.discardResponse(generationId);
  }

  /** Discard a response that the server does not accept. @param {string} generationId */
  discardResponse(generationId) {
    if (this.#response?.generationId === generationId) this.#response = null;
  }

  /**
   * Handle an error about a message of this engine that the server could not read.
   *
   * If the message was a response, report that the engine failed, so that another engine tries.
   */
  handleUnreadable({ generationId, code, error }) {
    this.#emit("problem", { code, message: error });
    if (this.#response?.generationId !== generationId) return;
    this.#response = null;
    this.#send({
      type: "error",
      error: gettext("The answer could not be read: %(error)s", { error }).slice(
        0,
        MAX_MESSAGE_LENGTH,
      ),
      code: "engine_failed",
      generationId,
    });
  }

  /** Stop the current run. */
  stop() {
    this.#nextRequest = this.#response = null;
    this.#run?.cancel();
  }

  get #canRun() {
    return this.#engine !== null && !this.#isBroken;
  }

  /**
   * Run the next generation, or announce that the engine is ready.
   *
   * `ready` is only sent while the engine is idle. Otherwise the server could assign it a second
   * generation.
   * @returns {Promise<void>|undefined}
   */
  #runNext() {
    if (this.#run || !this.#canRun) return undefined;
    if (this.#nextRequest) return (this.#finished = this.#runRequest(this.#engine));
    if (!this.#isReady) this.#isReady = this.#send(this.#readyMessage);
    return undefined;
  }

  get #readyMessage() {
    const facts = this.#engine?.facts ?? {};
    return {
      type: "ready",
      modelId: this.#modelId,
      engine: facts.engine ?? "webllm",
      facts,
      speed: this.#speed,
    };
  }

  /** @returns {Promise<void>} */
  async #runRequest(engine) {
    const { generationId } = this.#nextRequest;
    const isFollowUp = this.#lastRun?.request.generationId === generationId;
    const modelId = engine.facts?.modelId ?? this.#modelId;
    const run = (this.#run = new GenerationRun({
      request: this.#nextRequest,
      sampling: samplingFor(modelId, isFollowUp),
      usesPassages: !isSmallModel(modelId) && "Segmenter" in Intl,
      send: this.#send,
      emit: this.#emit,
      onDraft: this.#onDraft,
    }));
    this.#nextRequest = null;
    try {
      const response = await run.run(engine);
      if (!run.isCancelled) this.#handleResponse(run, response);
    } catch (error) {
      if (!run.isCancelled) this.#handleFailure(run, engine, error);
    }
    this.#run = null;
    return this.#runNext();
  }

  #handleResponse(run, response) {
    const { completionTokens = 0, seconds = 0 } = response.usage ?? {};
    if (completionTokens && seconds) this.#speed = completionTokens / seconds;
    this.#response = response;
    this.#lastRun = run;
    if (!this.#send(response)) run.handleDown();
  }

  #handleFailure(run, engine, error) {
    const code = engineErrorCode(error);
    const message = String(error?.message || error || gettext("The engine failed.")).slice(
      0,
      MAX_MESSAGE_LENGTH,
    );
    const { generationId } = run.request;
    if (engine === this.#engine) this.#isBroken = RELOAD_CODES.has(code);
    this.#send({ type: "error", error: message, code, generationId });
    this.#emit("enginefailed", { generationId, code, error });
  }
}

/** Seconds between the heartbeats of a working engine. Its lease lasts much longer. */
const HEARTBEAT_SECONDS = 10;

/**
 * A generation that the engine is writing.
 *
 * Each card is sent when it is finished. While the engine produces tokens, a heartbeat is sent
 * every HEARTBEAT_SECONDS.
 */
class GenerationRun {
  #sampling;
  #usesPassages;
  #send;
  #emit;
  #onDraft;
  #abort = new AbortController();
  #unsent = [];
  #writtenCards = [];
  #index;
  #count;
  #lastHeartbeat = 0;
  isCancelled = false;

  /**
   * @param {object} settings
   * @param {any} settings.request  the server's `generate`
   * @param {object} settings.sampling  the sampling options
   * @param {boolean} settings.usesPassages  whether the model writes from the request's `passages`
   * @param {(message: object) => boolean} settings.send
   * @param {import("./events.js").ClientEmitter["emit"]} settings.emit
   * @param {(draft: {generationId: string, index: number, card: object}) => void} settings.onDraft
   *   called with a card that the server may not have
   */
  constructor({ request, sampling, usesPassages, send, emit, onDraft }) {
    this.request = request; // replaced when the generation gets a new lease
    this.#sampling = sampling;
    this.#usesPassages = usesPassages;
    this.#send = send;
    this.#emit = emit;
    this.#onDraft = onDraft;
    this.#index = request.cardsSoFar?.length ?? 0;
    this.#count = request.options.count;
  }

  /**
   * Have the engine write the cards.
   * @param {Engine} engine @returns {Promise<object>} the `response` message
   */
  async run(engine) {
    const requirements = requirementsOf(this.request);
    const { cards, usage } = await this.#write({
      engine,
      request: this.request,
      check: (card) => checkCard(card, requirements),
      sampling: this.#sampling,
      signal: this.#abort.signal,
      onCard: (card) => this.#handleCard(card),
      onStuck: () => this.#abort.abort(),
      onTokens: (progress) => this.#handleTokens(progress),
    });
    // Some cards can only be recognized at the end of the text.
    const written = cards.slice(0, this.#count);
    for (const card of written.slice(this.#writtenCards.length)) this.#record(card);
    const { cacheKey, generationId, lease } = this.request;
    return {
      type: "response",
      cacheKey,
      generationId,
      lease,
      data: { cards: written },
      ...(usage && { usage }),
    };
  }

  /** Write from single sentences if possible, or all cards in one answer if that gives no card. */
  async #write(run) {
    if (this.#usesPassages && this.request.passages) {
      const answer = await writePassages(run);
      if (answer.cards.length || run.signal.aborted) return answer;
    }
    return generateCards(run);
  }

  /** Stop writing. The response is not sent. */
  cancel() {
    this.isCancelled = true;
    this.#abort.abort();
  }

  /** Report all written cards as drafts, because the server may not have received them. */
  handleDown() {
    const { generationId } = this.request;
    for (const entry of this.#writtenCards) this.#onDraft({ generationId, ...entry });
  }

  /** Claim the lease for a new socket, and send the cards that were finished without one. */
  resume() {
    this.#sendHeartbeat(0);
    for (const card of this.#unsent.splice(0)) this.#sendCard(card);
  }

  /** Send a card. The last requested card ends the turn, because the grammar allows more. */
  #handleCard(card) {
    if (this.#writtenCards.length === this.#count) return;
    this.#sendCard(this.#record(card));
    if (this.#writtenCards.length === this.#count) this.#abort.abort();
  }

  #record(card) {
    const entry = { index: this.#index++, card };
    this.#writtenCards.push(entry);
    return entry;
  }

  #sendCard(entry) {
    const { generationId, lease } = this.request;
    if (this.#send({ type: "card", generationId, lease, ...entry })) return;
    this.#unsent.push(entry);
    this.#onDraft({ generationId, ...entry });
  }

  #handleTokens({ tokens, seconds }) {
    this.#emit("tokens", { generationId: this.request.generationId, tokens, seconds });
    if (seconds - this.#lastHeartbeat < HEARTBEAT_SECONDS) return;
    this.#lastHeartbeat = seconds;
    this.#sendHeartbeat(tokens);
  }

  #sendHeartbeat(tokens) {
    const { generationId, lease, options } = this.request;
    const progress = Math.min(99, Math.round((100 * this.#index) / (this.#index + options.count)));
    this.#send({ type: "progress", progress, generationId, lease, tokens });
  }
}

/**
 * The number of rejected cards after which the model is stopped.
 *
 * A small model that repeats itself does not recover. The server asks it again, and it then gets
 * another temperature.
 */
const MAX_REJECTED_IN_A_ROW = 3;

/**
 * Have the engine write the cards of a `generate` message.
 *
 * Each card is reported as soon as its JSON object is closed. Useless cards are left out, and the
 * server asks for the rest.
 *
 * @param {object} run
 * @param {any} run.engine an engine with a loaded model
 * @param {any} run.request the server's `generate`
 * @param {object} run.sampling the sampling options
 * @param {import("./parse.js").Check} run.check
 * @param {(card: object) => void} run.onCard
 * @param {() => void} run.onStuck called when the model writes only cards that are rejected
 * @param {(progress: {tokens: number, seconds: number}) => void} run.onTokens
 * @param {AbortSignal} run.signal
 * @returns {Promise<{cards: object[], usage: object}>} also after an abort, then with the cards
 *   finished so far
 */
async function generateCards(run) {
  const { engine, request, sampling, check, onCard, onStuck, onTokens, signal } = run;
  const earlier = request.cardsSoFar;
  const stream = new CardStream(check, earlier);
  const { schema, grammar, limits } = request.responseFormat ?? {};
  const response = await engine.generate(request.messages, {
    schema,
    grammar,
    maxTokens: maxTokensFor(request.options.count, limits),
    ...sampling,
    signal,
    onToken: ({ text, tokens, seconds }) => {
      stream.push(text).forEach(onCard);
      if (stream.rejectedInARow >= MAX_REJECTED_IN_A_ROW) onStuck();
      onTokens({ tokens, seconds });
    },
  });
  return { cards: parseCards(response.text, check, earlier).cards, usage: response.usage };
}

/**
 * The interface of an engine that a client can use.
 *
 * @typedef {object} Engine
 * @property {(messages: {role: string, content: string}[], options: {schema?: object, grammar?:
 *   string, maxTokens?: number, temperature?: number, repetitionPenalty?: number,
 *   signal?: AbortSignal, onToken?: (token: {text: string, tokens: number, seconds: number}) =>
 *   void}) => Promise<{text: string, usage?: Usage}>} generate  after an abort, it resolves with
 *   the text so far
 * @property {Record<string, any>|null} [facts]  facts about the device, for display; `engine` is
 *   the name of the engine
 *
 * @typedef {{promptTokens: number, completionTokens: number, seconds: number}} Usage
 */

/**
 * Return an engine unchanged if it has this library's interface, or wrap WebLLM's MLCEngine.
 * @param {any} engine @returns {Engine|null}
 */
function toEngine(engine) {
  return engine?.chat?.completions ? new MLCEngineAdapter(engine) : (engine ?? null);
}

/** An adapter for the MLCEngine of WebLLM, as created in the guide. @implements {Engine} */
class MLCEngineAdapter {
  facts = { engine: "webllm" };
  #engine;

  constructor(engine) {
    this.#engine = engine;
  }

  /** @type {Engine["generate"]} */
  async generate(
    messages,
    { schema, grammar, maxTokens, temperature, repetitionPenalty, signal, onToken = () => {} },
  ) {
    const startedAt = Date.now();
    const stop = () => this.#engine.interruptGenerate?.();
    signal?.addEventListener("abort", stop);
    try {
      const request = {
        messages,
        temperature,
        repetition_penalty: repetitionPenalty,
        max_tokens: maxTokens,
        response_format: responseFormat(schema, grammar),
      };
      const chunks = await this.#engine.chat.completions.create({
        ...request,
        stream: true,
        stream_options: { include_usage: true },
      });
      return await collectStream(chunks, startedAt, onToken);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }
}

function responseFormat(schema, grammar) {
  if (grammar) return { type: "grammar", grammar };
  return schema ? { type: "json_object", schema: JSON.stringify(schema) } : undefined;
}

async function collectStream(chunks, startedAt, onToken) {
  let text = "";
  let tokens = 0;
  let usage;
  for await (const chunk of chunks) {
    const newText = chunk.choices?.[0]?.delta?.content ?? "";
    text += newText;
    usage = chunk.usage ?? usage;
    if (newText) onToken({ text: newText, tokens: ++tokens, seconds: secondsSince(startedAt) });
  }
  return {
    text,
    usage: {
      promptTokens: usage?.prompt_tokens ?? 0,
      completionTokens: usage?.completion_tokens ?? tokens,
      seconds: secondsSince(startedAt),
    },
  };
}

function secondsSince(startedAt) {
  return (Date.now() - startedAt) / 1000;
}
