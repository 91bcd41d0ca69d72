import { engineErrorCode, RELOAD_CODES } from "./engine-errors.js";
import { CardStream, parseFlashcards } from "./parse.js";

const MAX_MESSAGE_LENGTH = 1000;

/**
 * Puts the client's engine at the server's service: says when it is ready, has it write what the
 * server asks for, one generation at a time, and keeps an answer until it is sure that the server
 * has it.
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
  /** Who wrote the answer. @type {GenerationRun|null} */
  #lastRun = null;
  #speed = 0;
  #finished = Promise.resolve();

  /**
   * @param {object} settings
   * @param {string} settings.modelId
   * @param {(message: object) => boolean} settings.send
   * @param {(name: string, detail: any) => void} settings.emit
   * @param {(draft: {generationId: string, index: number, card: object}) => void} settings.onDraft
   *   a card that the server may not know
   */
  constructor({ modelId, send, emit, onDraft }) {
    this.#modelId = modelId;
    this.#send = send;
    this.#emit = emit;
    this.#onDraft = onDraft;
  }

  /** Whether the server takes this socket for an engine. */
  get isReady() {
    return this.#isReady;
  }

  /** Another engine, or the same loaded again. @param {any} engine null: there is none any more */
  setEngine(engine) {
    this.#engine = toEngine(engine);
    this.#isBroken = false;
    this.#isReady = false;
    this.#runNext();
  }

  /** The socket is up, and a new one: what is going on is told anew. */
  handleUp() {
    this.#isReady = false;
    this.#run?.resume();
    this.resend();
  }

  /** The socket is gone: what is written is told to those here. */
  handleDown() {
    (this.#run ?? this.#lastRun)?.handleDown();
  }

  /** Say once more what may never have arrived; the same answer twice is harmless. */
  resend() {
    if (this.#response) this.#send(this.#response);
    if (!this.#run) this.#isReady = false;
    this.#runNext();
  }

  /**
   * The server wants cards.
   * @param {any} request
   * @returns {Promise<void>} when all that was asked is written, or given up
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

  /** The server takes its request back. @param {string} generationId */
  handleCancel(generationId) {
    if (this.#run?.request.generationId === generationId) this.#run.cancel();
    if (this.#nextRequest?.generationId === generationId) this.#nextRequest = null;
    this.discardResponse(generationId);
  }

  /** An answer that the server does not take (any more). @param {string} generationId */
  discardResponse(generationId) {
    if (this.#response?.generationId === generationId) this.#response = null;
  }

  /**
   * What was said of a generation can never be read: the server is told that this engine has no
   * answer, so that another tries.
   */
  handleUnreadable({ generationId, code, error }) {
    this.#emit("problem", { code, message: error });
    if (this.#response?.generationId !== generationId) return;
    this.#response = null;
    this.#send({
      type: "error",
      error: `The answer could not be read: ${error}`.slice(0, MAX_MESSAGE_LENGTH),
      code: "engine_failed",
      generationId,
    });
  }

  /** Stop whatever is being written. */
  stop() {
    this.#nextRequest = this.#response = null;
    this.#run?.cancel();
  }

  get #canRun() {
    return this.#engine !== null && !this.#isBroken;
  }

  /**
   * `ready` is for an idle engine: while it writes, the server might else give it a second
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
    const run = (this.#run = new GenerationRun({
      request: this.#nextRequest,
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
    const message = String(error?.message || error || "The engine failed.").slice(
      0,
      MAX_MESSAGE_LENGTH,
    );
    const { generationId } = run.request;
    if (engine === this.#engine) this.#isBroken = RELOAD_CODES.has(code);
    this.#send({ type: "error", error: message, code, generationId });
    this.#emit("enginefailed", { generationId, code, error });
  }
}

/** How seldom the server must hear of an engine at work; its lease lasts much longer. */
const HEARTBEAT_SECONDS = 10;

/**
 * One generation in the hands of the engine: cards go out as they are finished, with a sign of life
 * when none was for a while.
 */
class GenerationRun {
  #send;
  #emit;
  #onDraft;
  #abort = new AbortController();
  #unsent = [];
  #writtenCards = [];
  #index;
  #lastHeartbeat = 0;
  isCancelled = false;

  /**
   * @param {object} settings
   * @param {any} settings.request  the server's `generate`
   * @param {(message: object) => boolean} settings.send
   * @param {(name: string, detail: any) => void} settings.emit
   * @param {(draft: {generationId: string, index: number, card: object}) => void} settings.onDraft
   *   the server may not have heard of this one
   */
  constructor({ request, send, emit, onDraft }) {
    this.request = request; // may be another later: the same generation under a new lease
    this.#send = send;
    this.#emit = emit;
    this.#onDraft = onDraft;
    this.#index = request.cardsSoFar?.length ?? 0;
  }

  /** @param {Engine} engine @returns {Promise<object>} the message that answers */
  async run(engine) {
    const { cards, usage } = await generateCards({
      engine,
      request: this.request,
      signal: this.#abort.signal,
      onCard: (card) => this.#handleCard(card),
      onTokens: (progress) => this.#handleTokens(progress),
    });
    // some show only at the end
    for (const card of cards.slice(this.#writtenCards.length)) this.#record(card);
    const { cacheKey, generationId, lease } = this.request;
    return {
      type: "response",
      cacheKey,
      generationId,
      lease,
      data: { cards },
      ...(usage && { usage }),
    };
  }

  /** Nobody wants the rest. */
  cancel() {
    this.isCancelled = true;
    this.#abort.abort();
  }

  /** The server cannot be reached: it may have heard of nothing that it did not confirm. */
  handleDown() {
    const { generationId } = this.request;
    for (const entry of this.#writtenCards) this.#onDraft({ generationId, ...entry });
  }

  /** The socket is another one: claim the lease for it, and tell what was finished meanwhile. */
  resume() {
    this.#sendHeartbeat(0);
    for (const card of this.#unsent.splice(0)) this.#sendCard(card);
  }

  #handleCard(card) {
    this.#sendCard(this.#record(card));
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

/** Tokens that one card may take, and the brackets around all of them. */
const TOKENS_PER_CARD = 200;
const TOKEN_OVERHEAD = 64;

/**
 * One turn of the engine: answer the server's `generate`, cards told of one by one as their JSON
 * closes.
 *
 * @param {object} run
 * @param {any} run.engine what createEngine() gave, loaded
 * @param {any} run.request the server's `generate`
 * @param {(card: object) => void} run.onCard
 * @param {(progress: {tokens: number, seconds: number}) => void} run.onTokens
 * @param {AbortSignal} run.signal
 * @returns {Promise<{cards: object[], usage: object}>} also after an abort, with what was finished
 *   by then
 */
async function generateCards({ engine, request, onCard, onTokens, signal }) {
  const stream = new CardStream();
  const { schema, grammar } = request.responseFormat ?? {};
  const response = await engine.generate(request.messages, {
    schema,
    grammar,
    maxTokens: TOKEN_OVERHEAD + TOKENS_PER_CARD * request.options.count,
    temperature: 0.7,
    signal,
    onToken: ({ text, tokens, seconds }) => {
      stream.push(text).forEach(onCard);
      onTokens({ tokens, seconds });
    },
  });
  return { cards: parseFlashcards(response.text), usage: response.usage };
}

/**
 * What a client needs of an engine.
 *
 * @typedef {object} Engine
 * @property {(messages: {role: string, content: string}[], options: {schema?: object, grammar?:
 *   string, maxTokens?: number, temperature?: number, signal?: AbortSignal, onToken?: (token:
 *   {text: string, tokens: number, seconds: number}) => void}) => Promise<{text: string, usage?:
 *   Usage}>} generate  an aborted one resolves with what there is
 * @property {Record<string, any>|null} [facts]  of the device, for people; `engine` in it names the
 *   engine
 *
 * @typedef {{promptTokens: number, completionTokens: number, seconds: number}} Usage
 */

/**
 * An engine as this library speaks to it: ours as it is, WebLLM's own MLCEngine in a coat.
 * @param {any} engine @returns {Engine|null}
 */
function toEngine(engine) {
  return engine?.chat?.completions ? new MLCEngineAdapter(engine) : (engine ?? null);
}

/** WebLLM's MLCEngine, as the guide makes it. @implements {Engine} */
class MLCEngineAdapter {
  facts = { engine: "webllm" };
  #engine;

  constructor(engine) {
    this.#engine = engine;
  }

  /** @type {Engine["generate"]} */
  async generate(
    messages,
    { schema, grammar, maxTokens, temperature, signal, onToken = () => {} },
  ) {
    const startedAt = Date.now();
    const stop = () => this.#engine.interruptGenerate?.();
    signal?.addEventListener("abort", stop);
    try {
      const request = {
        messages,
        temperature,
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
