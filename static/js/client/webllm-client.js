import { Call } from "./call.js";
import { Calls } from "./calls.js";
import { EngineWorker } from "./engine-worker.js";
import { GenerationError } from "./errors.js";
import { ClientEmitter } from "./events.js";
import { gettext } from "./i18n.js";
import { parseFlashcards } from "./parse.js";
import { RequestSender } from "./requests.js";
import { Rest } from "./rest.js";
import { SessionConnection } from "./session-connection.js";
import { Sessions } from "./sessions.js";
import { newId, realClock } from "./util.js";

/** The address of the server in the integration guide. */
const DEFAULT_BASE_URL = "http://localhost:3000";
const ENGINE_CODES = new Set(["stale_response", "unknown_cache_key"]);
/** Codes of errors that mean that the server could not read a message. */
const UNREADABLE_CODES = new Set(["invalid_message", "too_large", "unknown_type"]);
const CLOSED = { code: "session_closed", message: gettext("The client was closed.") };

/**
 * A client that requests flashcards from a MindFlip server over `mindflip.v1`.
 *
 * If the client has an engine, the engine writes the cards that the server requests: those of this
 * client and of the same user's other devices. The class is a superset of the class of the same
 * name in the integration guide. Its events are described in events.js.
 */
export class WebLLMClient extends ClientEmitter {
  #connection;
  #calls;
  #requests;
  #worker;
  #clock;
  #engine = null;
  #createEngine = null;

  /**
   * @param {string|null|(() => string|Promise<string>)} token  an access token, or a function that
   *   returns a fresh one; if null, the browser's session cookie is used
   * @param {string} modelId
   * @param {object} [settings]
   * @param {any} [settings.engine]  a loaded engine of MindFlip or WebLLM, or a function that takes
   *   the model ID and loads one; without an engine, another device of the user writes the cards
   * @param {string} [settings.baseUrl]  the server's origin
   * @param {typeof globalThis.fetch} [settings.fetch]
   * @param {any} [settings.WebSocket]  a class with the interface of the browser's WebSocket
   * @param {Rest} [settings.rest]  replaces the one that is made from token, baseUrl and fetch
   * @param {Sessions} [settings.sessions]
   * @param {import("./util.js").Clock} [settings.clock]
   * @param {() => number} [settings.random]
   */
  constructor(token, modelId, settings = {}) {
    super();
    const {
      engine = null,
      baseUrl = DEFAULT_BASE_URL,
      fetch,
      rest = new Rest({ token, baseUrl, fetch }),
    } = settings;
    const { sessions = new Sessions(rest), clock = realClock, WebSocket, random } = settings;
    /** @type {ClientEmitter["emit"]} */
    const emit = (name, detail) => this.emit(name, detail);
    this.token = token;
    this.modelId = modelId;
    this.#clock = clock;
    this.#connection = new SessionConnection({ modelId, sessions, clock, WebSocket, random });
    this.#calls = new Calls({
      rest,
      emit,
      scheduleResend: (seconds) => this.#scheduleResend(seconds),
    });
    this.#requests = new RequestSender({ calls: this.#calls, connection: this.#connection, clock });
    const onDraft = (entry) => this.#calls.draft(entry);
    this.#worker = new EngineWorker({
      modelId,
      emit,
      onDraft,
      send: (message) => this.#connection.send(message),
    });
    this.#listen();
    if (typeof engine === "function") this.#createEngine = engine;
    else this.engine = engine;
  }

  get sessionId() {
    return this.#connection.sessionId;
  }

  /** The current WebSocket, or null. It is replaced after a lost connection. */
  get ws() {
    return this.#connection.socket;
  }

  /**
   * The engine that writes cards in this client, or null.
   *
   * Set it again after you reload the model, set another engine to replace it, or set null to
   * remove it.
   */
  get engine() {
    return this.#engine;
  }

  set engine(engine) {
    const wasRemoved = !engine && this.#worker.isReady;
    this.#engine = engine;
    this.#worker.setEngine(engine);
    if (wasRemoved) this.#connection.reconnect(); // the server identifies an engine by its socket
  }

  /**
   * Open the session, start to connect, and load the engine if it was passed as a function.
   * @throws {import("./errors.js").ApiError}
   */
  async initialize() {
    await this.#connection.open();
    const createEngine = this.#createEngine;
    this.#createEngine = null;
    if (createEngine) this.engine = await createEngine(this.modelId);
  }

  /** Connect to the open session. `initialize` also does this. */
  setupWebSocket() {
    this.#connection.connect();
  }

  /**
   * Request cards. The call is returned immediately, whatever the state of the connection.
   * @param {import("./call.js").Options & {prompt?: string, requestId?: string, signal?:
   *   AbortSignal}} request  calls with the same `requestId` share one
   *   generation
   * @returns {Call}
   */
  generate({
    topic,
    count = 10,
    // eslint-disable-next-line mindflip/no-untranslated-text -- a prompt for the model
    prompt = `Generate ${count} flashcards about ${topic}`,
    requestId = newId(),
    signal,
    ...options
  }) {
    const call = new Call({
      requestId,
      prompt,
      options: { count, topic, ...options },
      cancel: (startedCall) => this.#requests.cancel(startedCall),
    });
    this.#calls.add(call);
    this.#cancelOnAbort(call, signal);
    if (!call.isFinished) this.#requests.submit(call);
    return call;
  }

  /**
   * Request cards, and return the promise of the result.
   * @param {string} topic at most 200 characters
   * @param {number} count 1 to 50
   * @param {Partial<import("./call.js").Options> & {signal?: AbortSignal}} [options]
   * @returns {Promise<import("./call.js").CallResult>}
   */
  generateFlashcards(topic, count, options = {}) {
    return this.generate({ ...options, topic, count }).result;
  }

  /**
   * Have the engine write the cards of the server's `generate` message.
   * @param {any} message
   * @returns {Promise<void>}
   */
  handleGeneration(message) {
    return this.#worker.handleRequest(message);
  }

  /** @param {string} text a model's output @returns {import("./call.js").Card[]} */
  parseFlashcards(text) {
    return parseFlashcards(text);
  }

  /** Close the connection, end the session, and fail all open calls with `session_closed`. */
  async close() {
    this.#worker.stop();
    this.#calls.failAll(new GenerationError(CLOSED));
    await this.#connection.close();
  }

  #listen() {
    const connection = this.#connection;
    connection.addEventListener("up", ({ detail }) => this.#handleUp(detail));
    connection.addEventListener("message", ({ detail }) => this.#handleMessage(detail));
    connection.addEventListener("down", ({ detail }) => {
      this.emit("connection", { state: "down", seconds: detail.seconds });
      this.#requests.handleDown(detail.error);
      this.#worker.handleDown();
    });
    connection.addEventListener("ended", ({ detail }) => {
      this.emit("connection", { state: "ended", error: detail });
      this.#calls.failAll(detail);
    });
  }

  #handleUp(snapshot) {
    this.emit("connection", { state: "up" });
    this.#handleSession(snapshot);
    this.#requests.handleUp();
    this.#worker.handleUp();
  }

  #handleSession(snapshot) {
    this.#calls.session(snapshot);
    this.emit("session", { session: snapshot.session, seq: snapshot.seq });
  }

  /** Handle a message of the server, and ignore types that this version does not know. */
  #handleMessage(message) {
    HANDLERS[message.type]?.(
      {
        calls: this.#calls,
        worker: this.#worker,
        connection: this.#connection,
        session: (snapshot) => this.#handleSession(snapshot),
      },
      message,
    );
  }

  #cancelOnAbort(call, signal) {
    if (!signal) return;
    const cancel = () => call.cancel();
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel);
    const removeListener = () => signal.removeEventListener("abort", cancel);
    call.result.then(removeListener, removeListener);
  }

  #scheduleResend(seconds) {
    this.#clock.setTimeout(() => {
      this.#requests.resend();
      this.#worker.resend();
    }, seconds * 1000);
  }
}

/**
 * The handlers of the server's messages, by type. Only tests import them.
 * @type {Record<string, (client: any, message: any) => void>}
 */
export const HANDLERS = {
  session: ({ session }, message) => session(message),
  progress: ({ calls }, message) => calls.progress(message),
  card: ({ calls }, message) => calls.card(message),
  result: ({ calls }, message) => calls.result(message),
  error: ({ calls, worker }, message) => {
    const { code, requestId, generationId } = message;
    if (ENGINE_CODES.has(code)) worker.discardResponse(generationId);
    else if (UNREADABLE_CODES.has(code) && generationId && !requestId)
      worker.handleUnreadable(message);
    else calls.error(message);
  },
  generate: ({ worker }, message) => worker.handleRequest(message),
  cancel: ({ worker }, message) => worker.handleCancel(message.generationId),
  ping: ({ connection }) => connection.send({ type: "pong" }),
};
