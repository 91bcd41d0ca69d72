import { Call } from "./call.js";
import { Calls } from "./calls.js";
import { EngineLink } from "./engine-worker.js";
import { GenerationError } from "./errors.js";
import { ClientTeller } from "./events.js";
import { parseFlashcards } from "./parse.js";
import { Asking } from "./requests.js";
import { Rest } from "./rest.js";
import { Line } from "./session-connection.js";
import { Sessions } from "./sessions.js";
import { newId, realClock } from "./util.js";

/** Where the guide's server is. */
const GUIDES_SERVER = "http://localhost:3000";
const ENGINES_OWN = new Set(["stale_response", "unknown_cache_key"]);
/** The server could not read a message. */
const UNREADABLE = new Set(["invalid_message", "too_large", "unknown_type"]);
const CLOSED = { code: "session_closed", message: "The client was closed." };

/**
 * Asks a MindFlip server for flashcards, and has its engine, if it has one, write what the server
 * asks for: its own cards, and those of the same user's other devices. A superset of the
 * integration guide's class of this name; speaks `mindflip.v1`. Its events stand in events.js.
 */
export class WebLLMClient extends ClientTeller {
  #line;
  #calls;
  #asking;
  #link;
  #clock;
  #engine = null;
  #makeEngine = null;

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
      baseUrl = GUIDES_SERVER,
      fetch,
      rest = new Rest({ token, baseUrl, fetch }),
    } = settings;
    const { sessions = new Sessions(rest), clock = realClock, WebSocket, random } = settings;
    const tell = (name, detail) => this.tell(name, detail);
    this.token = token;
    this.modelId = modelId;
    this.#clock = clock;
    this.#line = new Line({ modelId, sessions, clock, WebSocket, random });
    this.#calls = new Calls({ rest, tell, sayAgain: (seconds) => this.#sayAgainIn(seconds) });
    this.#asking = new Asking({ calls: this.#calls, line: this.#line, clock });
    const draft = (written) => this.#calls.draft(written);
    this.#link = new EngineLink({
      modelId,
      tell,
      draft,
      send: (message) => this.#line.send(message),
    });
    this.#follow();
    if (typeof engine === "function") this.#makeEngine = engine;
    else this.engine = engine;
  }

  get sessionId() {
    return this.#line.sessionId;
  }

  /** The WebSocket of this moment; after a drop it is another. */
  get ws() {
    return this.#line.socket;
  }

  /**
   * What writes cards here. Give it again after a reload, another in its place, or null when there
   * is none any more.
   */
  get engine() {
    return this.#engine;
  }

  set engine(engine) {
    const isTakenAway = !engine && this.#link.isReady;
    this.#engine = engine;
    this.#link.use(engine);
    if (isTakenAway) this.#line.renew(); // the server knows an engine by its socket
  }

  /**
   * Open the session, load the engine if it is given as a function, and begin to connect.
   * @throws {import("./errors.js").ApiError}
   */
  async initialize() {
    await this.#line.open();
    const make = this.#makeEngine;
    this.#makeEngine = null;
    if (make) this.engine = await make(this.modelId);
  }

  /** Connect to the session that is there; `initialize` does it, too. */
  setupWebSocket() {
    this.#line.connect();
  }

  /**
   * Ask for cards. The call is made at once, whatever the state of the connection.
   * @param {import("./call.js").Options & {prompt?: string, requestId?: string, signal?:
   *   AbortSignal}} wish  the same `requestId` again
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
      cancel: (one) => this.#asking.cancel(one),
    });
    this.#calls.add(call);
    this.#obey(call, signal);
    if (!call.isOver) this.#asking.ask(call);
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
    return this.#link.asked(message);
  }

  /** @param {string} text a model's @returns {import("./call.js").Card[]} */
  parseFlashcards(text) {
    return parseFlashcards(text);
  }

  /** Hang up, and end the session on the server. What is open fails with `session_closed`. */
  async close() {
    this.#link.stop();
    this.#calls.failAll(new GenerationError(CLOSED));
    await this.#line.close();
  }

  #follow() {
    const line = this.#line;
    line.addEventListener("up", ({ detail }) => this.#up(detail));
    line.addEventListener("message", ({ detail }) => this.#heard(detail));
    line.addEventListener("down", ({ detail }) => {
      this.tell("connection", { state: "down", seconds: detail.seconds });
      this.#asking.down(detail.error);
      this.#link.down();
    });
    line.addEventListener("ended", ({ detail }) => {
      this.tell("connection", { state: "ended", error: detail });
      this.#calls.failAll(detail);
    });
  }

  #up(snapshot) {
    this.tell("connection", { state: "up" });
    this.#session(snapshot);
    this.#asking.up();
    this.#link.up();
  }

  #session(snapshot) {
    this.#calls.session(snapshot);
    this.tell("session", { session: snapshot.session, seq: snapshot.seq });
  }

  /** Types of a later version are passed over. */
  #heard(message) {
    HEARD[message.type]?.(
      {
        calls: this.#calls,
        link: this.#link,
        line: this.#line,
        session: (one) => this.#session(one),
      },
      message,
    );
  }

  #obey(call, signal) {
    if (!signal) return;
    const cancel = () => call.cancel();
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel);
    const over = () => signal.removeEventListener("abort", cancel);
    call.result.then(over, over);
  }

  #sayAgainIn(seconds) {
    this.#clock.setTimeout(() => {
      this.#asking.repeat();
      this.#link.repeat();
    }, seconds * 1000);
  }
}

/**
 * What each message of the server does.
 * @type {Record<string, (client: any, message: any) => void>}
 */
const HEARD = {
  session: ({ session }, message) => session(message),
  progress: ({ calls }, message) => calls.progress(message),
  card: ({ calls }, message) => calls.card(message),
  result: ({ calls }, message) => calls.result(message),
  error: ({ calls, link }, message) => {
    const { code, requestId, generationId } = message;
    if (ENGINES_OWN.has(code)) link.refused(generationId);
    else if (UNREADABLE.has(code) && generationId && !requestId) link.unreadable(message);
    else calls.error(message);
  },
  generate: ({ link }, message) => link.asked(message),
  cancel: ({ link }, message) => link.cancelled(message.generationId),
  ping: ({ line }) => line.send({ type: "pong" }),
};
