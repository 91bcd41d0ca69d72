import { Call } from "./call.js";
import { Calls } from "./calls.js";
import { EngineWorker } from "./engine-worker.js";
import { GenerationError } from "./errors.js";
import { ClientEmitter } from "./events.js";
import { parseFlashcards } from "./parse.js";
import { RequestSender } from "./requests.js";
import { Rest } from "./rest.js";
import { SessionConnection } from "./session-connection.js";
import { Sessions } from "./sessions.js";
import { newId, realClock } from "./util.js";

/** Where the guide's server is. */
const DEFAULT_BASE_URL = "http://localhost:3000";
const ENGINE_CODES = new Set(["stale_response", "unknown_cache_key"]);
/** The server could not read a message. */
const UNREADABLE_CODES = new Set(["invalid_message", "too_large", "unknown_type"]);
const CLOSED = { code: "session_closed", message: "The client was closed." };

/**
 * Asks a MindFlip server for flashcards, and has its engine, if it has one, write what the server
 * asks for: its own cards, and those of the same user's other devices. A superset of the
 * integration guide's class of this name; speaks `mindflip.v1`. Its events stand in events.js.
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
   * @param {string|null|(() => string|Promise<string>)} token  an access token, or who gives a
   *   fresh one; null: the browser's cookies
   * @param {string} modelId
   * @param {object} [settings]
   * @param {any} [settings.engine]  one of ours or WebLLM's own, loaded; or a function of the model
   *   id that loads one; without any,
   *   another device of the user writes
   * @param {string} [settings.baseUrl]  the server's origin
   * @param {typeof globalThis.fetch} [settings.fetch]
   * @param {any} [settings.WebSocket]  a class like the browsers' own
   * @param {Rest} [settings.rest]  in place of one made of token, baseUrl and fetch
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

  /** The WebSocket of this moment; after a drop it is another. */
  get ws() {
    return this.#connection.socket;
  }

  /**
   * What writes cards here. Give it again after a reload, another in its place, or null when there
   * is none any more.
   */
  get engine() {
    return this.#engine;
  }

  set engine(engine) {
    const wasRemoved = !engine && this.#worker.isReady;
    this.#engine = engine;
    this.#worker.setEngine(engine);
    if (wasRemoved) this.#connection.reconnect(); // the server knows an engine by its socket
  }

  /**
   * Open the session, load the engine if it is given as a function, and begin to connect.
   * @throws {import("./errors.js").ApiError}
   */
  async initialize() {
    await this.#connection.open();
    const createEngine = this.#createEngine;
    this.#createEngine = null;
    if (createEngine) this.engine = await createEngine(this.modelId);
  }

  /** Connect to the session that is there; `initialize` does it, too. */
  setupWebSocket() {
    this.#connection.connect();
  }

  /**
   * Ask for cards. The call is made at once, whatever the state of the connection.
   * @param {import("./call.js").Options & {prompt?: string, requestId?: string, signal?:
   *   AbortSignal}} request  the same `requestId` again
   *   is the same generation
   * @returns {Call}
   */
  generate({
    topic,
    count = 10,
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
   * @param {string} topic at most 200 characters
   * @param {number} count 1 to 50
   * @param {Partial<import("./call.js").Options> & {signal?: AbortSignal}} [options]
   * @returns {Promise<import("./call.js").CallResult>}
   */
  generateFlashcards(topic, count, options = {}) {
    return this.generate({ ...options, topic, count }).result;
  }

  /**
   * Have the engine write what the server's `generate` asks for.
   * @param {any} message
   * @returns {Promise<void>}
   */
  handleGeneration(message) {
    return this.#worker.handleRequest(message);
  }

  /** @param {string} text a model's @returns {import("./call.js").Card[]} */
  parseFlashcards(text) {
    return parseFlashcards(text);
  }

  /** Hang up, and end the session on the server. What is open fails with `session_closed`. */
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

  /** Types of a later version are passed over. */
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
 * What each message of the server does.
 * @type {Record<string, (client: any, message: any) => void>}
 */
const HANDLERS = {
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
