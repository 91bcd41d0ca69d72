import { BROKEN, engineErrorCode } from "./engine-errors.js";
import { CardStream, parseFlashcards } from "./parse.js";

const SENTENCE_MOST = 1000;

/**
 * Puts the client's engine at the server's service: says when it is ready, has it write what the
 * server asks for, one generation at a time, and keeps an answer until it is sure that the server
 * has it.
 */
export class EngineLink {
  #send;
  #tell;
  #draft;
  #modelId;
  /** @type {Engine|null} */
  #engine = null;
  #isBroken = false;
  #isReady = false;
  /** @type {Turn|null} */
  #turn = null;
  #next = null;
  #answer = null;
  /** Who wrote the answer. @type {Turn|null} */
  #last = null;
  #speed = 0;
  #ended = Promise.resolve();

  /**
   * @param {object} settings
   * @param {string} settings.modelId
   * @param {(message: object) => boolean} settings.send
   * @param {(name: string, detail: any) => void} settings.tell
   * @param {(written: {generationId: string, index: number, card: object}) => void} settings.draft
   *   a card that the server may not know
   */
  constructor({ modelId, send, tell, draft }) {
    this.#modelId = modelId;
    this.#send = send;
    this.#tell = tell;
    this.#draft = draft;
  }

  /** Whether the server takes this socket for an engine. */
  get isReady() {
    return this.#isReady;
  }

  /** Another engine, or the same loaded again. @param {any} engine null: there is none any more */
  use(engine) {
    this.#engine = engineOf(engine);
    this.#isBroken = false;
    this.#isReady = false;
    this.#goOn();
  }

  /** The socket is up, and a new one: what is going on is told anew. */
  up() {
    this.#isReady = false;
    this.#turn?.rejoin();
    this.repeat();
  }

  /** The socket is gone: what is written is told to those here. */
  down() {
    (this.#turn ?? this.#last)?.down();
  }

  /** Say once more what may never have arrived; the same answer twice is harmless. */
  repeat() {
    if (this.#answer) this.#send(this.#answer);
    if (!this.#turn) this.#isReady = false;
    this.#goOn();
  }

  /**
   * The server wants cards.
   * @param {any} request
   * @returns {Promise<void>} when all that was asked is written, or given up
   */
  asked(request) {
    this.#answer = null;
    if (
      this.#turn &&
      !this.#turn.isCancelled &&
      this.#turn.request.generationId === request.generationId
    )
      this.#turn.request = request;
    else this.#next = request;
    this.#goOn();
    return this.#ended;
  }

  /** The server takes its wish back. @param {string} generationId */
  cancelled(generationId) {
    if (this.#turn?.request.generationId === generationId) this.#turn.cancel();
    if (this.#next?.generationId === generationId) this.#next = null;
    this.refused(generationId);
  }

  /** An answer that the server does not take (any more). @param {string} generationId */
  refused(generationId) {
    if (this.#answer?.generationId === generationId) this.#answer = null;
  }

  /**
   * What was said of a generation can never be read: the server is told that this engine has no
   * answer, so that another tries.
   */
  unreadable({ generationId, code, error }) {
    this.#tell("problem", { code, message: error });
    if (this.#answer?.generationId !== generationId) return;
    this.#answer = null;
    this.#send({
      type: "error",
      error: `The answer could not be read: ${error}`.slice(0, SENTENCE_MOST),
      code: "engine_failed",
      generationId,
    });
  }

  /** Stop whatever is being written. */
  stop() {
    this.#next = this.#answer = null;
    this.#turn?.cancel();
  }

  get #canWork() {
    return this.#engine !== null && !this.#isBroken;
  }

  /**
   * `ready` is for an idle engine: while it writes, the server might else give it a second
   * generation.
   * @returns {Promise<void>|undefined}
   */
  #goOn() {
    if (this.#turn || !this.#canWork) return undefined;
    if (this.#next) return (this.#ended = this.#write(this.#engine));
    if (!this.#isReady) this.#isReady = this.#send(this.#readiness);
    return undefined;
  }

  get #readiness() {
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
  async #write(engine) {
    const turn = (this.#turn = new Turn({
      request: this.#next,
      send: this.#send,
      tell: this.#tell,
      draft: this.#draft,
    }));
    this.#next = null;
    try {
      const answer = await turn.write(engine);
      if (!turn.isCancelled) this.#answered(turn, answer);
    } catch (error) {
      if (!turn.isCancelled) this.#failed(turn, engine, error);
    }
    this.#turn = null;
    return this.#goOn();
  }

  #answered(turn, answer) {
    const { completionTokens = 0, seconds = 0 } = answer.usage ?? {};
    if (completionTokens && seconds) this.#speed = completionTokens / seconds;
    this.#answer = answer;
    this.#last = turn;
    if (!this.#send(answer)) turn.down();
  }

  #failed(turn, engine, error) {
    const code = engineErrorCode(error);
    const message = String(error?.message || error || "The engine failed.").slice(0, SENTENCE_MOST);
    const { generationId } = turn.request;
    if (engine === this.#engine) this.#isBroken = BROKEN.has(code);
    this.#send({ type: "error", error: message, code, generationId });
    this.#tell("enginefailed", { generationId, code, error });
  }
}

/** How seldom the server must hear of an engine at work; its lease lasts much longer. */
const SIGN_OF_LIFE_SECONDS = 10;

/**
 * One generation in the hands of the engine: cards go out as they are finished, with a sign of life
 * when none was for a while.
 */
class Turn {
  #send;
  #tell;
  #draft;
  #abort = new AbortController();
  #unsent = [];
  #written = [];
  #index;
  #heard = 0;
  isCancelled = false;

  /**
   * @param {object} settings
   * @param {any} settings.request  the server's `generate`
   * @param {(message: object) => boolean} settings.send
   * @param {(name: string, detail: any) => void} settings.tell
   * @param {(written: {generationId: string, index: number, card: object}) => void} settings.draft
   *   the server may not have heard of this one
   */
  constructor({ request, send, tell, draft }) {
    this.request = request; // may be another later: the same generation under a new lease
    this.#send = send;
    this.#tell = tell;
    this.#draft = draft;
    this.#index = request.cardsSoFar?.length ?? 0;
  }

  /** @param {Engine} engine @returns {Promise<object>} the message that answers */
  async write(engine) {
    const { cards, usage } = await writeCards({
      engine,
      request: this.request,
      signal: this.#abort.signal,
      onCard: (card) => this.#card(card),
      onTokens: (spent) => this.#tokens(spent),
    });
    // some show only at the end
    for (const card of cards.slice(this.#written.length)) this.#note(card);
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
  down() {
    const { generationId } = this.request;
    for (const written of this.#written) this.#draft({ generationId, ...written });
  }

  /** The socket is another one: claim the lease for it, and tell what was finished meanwhile. */
  rejoin() {
    this.#signOfLife(0);
    for (const card of this.#unsent.splice(0)) this.#sendCard(card);
  }

  #card(card) {
    this.#sendCard(this.#note(card));
  }

  #note(card) {
    const written = { index: this.#index++, card };
    this.#written.push(written);
    return written;
  }

  #sendCard(written) {
    const { generationId, lease } = this.request;
    if (this.#send({ type: "card", generationId, lease, ...written })) return;
    this.#unsent.push(written);
    this.#draft({ generationId, ...written });
  }

  #tokens({ tokens, seconds }) {
    this.#tell("tokens", { generationId: this.request.generationId, tokens, seconds });
    if (seconds - this.#heard < SIGN_OF_LIFE_SECONDS) return;
    this.#heard = seconds;
    this.#signOfLife(tokens);
  }

  #signOfLife(tokens) {
    const { generationId, lease, options } = this.request;
    const progress = Math.min(99, Math.round((100 * this.#index) / (this.#index + options.count)));
    this.#send({ type: "progress", progress, generationId, lease, tokens });
  }
}

/** Tokens that one card may take, and the brackets around all of them. */
const TOKENS_PER_CARD = 200;
const TOKENS_AROUND = 64;

/**
 * One turn of the engine: answer the server's `generate`, cards told of one by one as their JSON
 * closes.
 *
 * @param {object} turn
 * @param {any} turn.engine what createEngine() gave, loaded
 * @param {any} turn.request the server's `generate`
 * @param {(card: object) => void} turn.onCard
 * @param {(spent: {tokens: number, seconds: number}) => void} turn.onTokens
 * @param {AbortSignal} turn.signal
 * @returns {Promise<{cards: object[], usage: object}>} also after an abort, with what was finished
 *   by then
 */
async function writeCards({ engine, request, onCard, onTokens, signal }) {
  const stream = new CardStream();
  const { schema, grammar } = request.responseFormat ?? {};
  const answer = await engine.generate(request.messages, {
    schema,
    grammar,
    maxTokens: TOKENS_AROUND + TOKENS_PER_CARD * request.options.count,
    temperature: 0.7,
    signal,
    onToken: ({ text, tokens, seconds }) => {
      stream.push(text).forEach(onCard);
      onTokens({ tokens, seconds });
    },
  });
  return { cards: parseFlashcards(answer.text), usage: answer.usage };
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
function engineOf(engine) {
  return engine?.chat?.completions ? new MLCEngineCoat(engine) : (engine ?? null);
}

/** WebLLM's MLCEngine, as the guide makes it. @implements {Engine} */
class MLCEngineCoat {
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
    const begun = Date.now();
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
      return await gather(chunks, begun, onToken);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }
}

function responseFormat(schema, grammar) {
  if (grammar) return { type: "grammar", grammar };
  return schema ? { type: "json_object", schema: JSON.stringify(schema) } : undefined;
}

async function gather(chunks, begun, onToken) {
  let text = "";
  let tokens = 0;
  let usage;
  for await (const chunk of chunks) {
    const piece = chunk.choices?.[0]?.delta?.content ?? "";
    text += piece;
    usage = chunk.usage ?? usage;
    if (piece) onToken({ text: piece, tokens: ++tokens, seconds: secondsSince(begun) });
  }
  return {
    text,
    usage: {
      promptTokens: usage?.prompt_tokens ?? 0,
      completionTokens: usage?.completion_tokens ?? tokens,
      seconds: secondsSince(begun),
    },
  };
}

function secondsSince(begun) {
  return (Date.now() - begun) / 1000;
}
