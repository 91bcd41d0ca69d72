import { Rest } from "./rest.js";
import { Sessions } from "./sessions.js";
import { SessionSocket } from "./socket.js";
import { writeCards } from "./writing.js";

/** How seldom the server must hear of an engine at work; its lease lasts much longer. */
const SIGN_OF_LIFE_SECONDS = 10;
const SESSION_ENDS = new Set(["session_closed", "session_expired"]);

/** A generation that failed: the contract's `code`, or the engine's own; `message` is a sentence. */
export class GenerationError extends Error {
  /** @param {{code?: string, message: string, retryable?: boolean}} problem */
  constructor({ code = "internal", message, retryable = false }) {
    super(message);
    this.name = "GenerationError";
    Object.assign(this, { code, retryable });
  }
}

/**
 * The guide's client: asks for cards and, over the same socket, has its own engine write them. One call at a time.
 *
 * Events: `progress` ({progress, message}), `card` ({card}), `tokens` ({tokens, seconds}), `connection` ({state: "up"|"down", seconds}).
 */
export class WebLLMClient extends EventTarget {
  #sessions;
  #WebSocket;
  /** @type {SessionSocket|null} */
  #socket = null;
  /** @type {{message: object, resolve: Function, reject: Function, generationId?: string, request?: object, answer?: object}|null} */
  #call = null;
  #early = null;
  #stop = new AbortController();

  /**
   * @param {string|null} token an access token; null: the browser's cookies
   * @param {string} modelId
   * @param {object} settings
   * @param {any} settings.engine a loaded engine
   * @param {Rest} [settings.rest]
   * @param {Sessions} [settings.sessions]
   * @param {typeof WebSocket} [settings.WebSocket]
   */
  constructor(token, modelId, { engine, rest = new Rest({ token }), sessions = new Sessions(rest), WebSocket } = {}) {
    super();
    this.modelId = modelId;
    this.sessionId = null;
    this.engine = engine; // may be another later, of the same model: a lost device needs a new engine
    this.#sessions = sessions;
    this.#WebSocket = WebSocket;
  }

  /** Open the session, or take up the one that is open, and connect. @throws {import("./rest.js").ApiError} */
  async initialize() {
    if (this.#socket && !this.#socket.isOver) return;
    const session = await this.#sessions.open(this.modelId);
    this.sessionId = session.sessionId ?? session.id;
    this.#connect(session.wsUrl);
  }

  /**
   * @param {string} topic at most 200 characters
   * @param {number} count 1 to 50
   * @param {{source?: string, refresh?: boolean, language?: string, difficulty?: string, kind?: string}} [options]
   * @returns {Promise<{cards: object[], generationId: string, cached?: boolean, partial?: boolean}>}
   * @throws {GenerationError | import("./rest.js").ApiError}
   */
  async generateFlashcards(topic, count, options = {}) {
    if (this.#call) throw new GenerationError({ code: "busy", message: "Another set of cards is being written. Stop it, or wait." });
    this.#stop = new AbortController();
    const prompt = `Generate ${count} flashcards about ${topic}`;
    const message = { type: "generate", prompt, options: { count, topic, ...options }, requestId: newId() };
    const outcome = new Promise((resolve, reject) => (this.#call = { message, resolve, reject }));
    this.#send(this.#call);
    return outcome;
  }

  /** Let the engine stop where it is: the call then ends with the cards finished so far. */
  stop() {
    this.#stop.abort();
    if (this.#call && !this.#call.request) this.#settle("reject", new GenerationError({ code: "cancelled", message: "Stopped before anything was written." }));
  }

  /** Call off what is being written, for a page that is being left and will not hear of it. */
  leave() {
    if (this.#call?.request) this.#decline(this.#call.request.generationId);
  }

  /** Hang up, and end the session on the server. */
  async close() {
    this.stop();
    this.#socket?.close();
    if (this.sessionId) await this.#sessions.close(this.modelId, this.sessionId);
  }

  #connect(wsUrl) {
    const socket = (this.#socket = new SessionSocket(wsUrl, this.#WebSocket && { WebSocket: this.#WebSocket }));
    socket.addEventListener("message", ({ detail }) => this.#receive(detail));
    socket.addEventListener("down", ({ detail }) => this.#tell("connection", { state: "down", ...detail }));
    socket.addEventListener("up", () => this.#up());
    socket.addEventListener("ended", ({ detail }) => this.#ended(detail));
  }

  /** After a drop the same request goes out again: the server knows it and runs nothing twice; what was written is kept for it. */
  #up() {
    this.#tell("connection", { state: "up" });
    if (!this.#call) return;
    this.#call.generationId = undefined;
    this.#call.refused = this.#call.answer;
    this.#socket.send(this.#call.message);
  }

  #ended(why) {
    this.#sessions.forget(this.modelId);
    const call = this.#call;
    if (call && SESSION_ENDS.has(why.code) && !call.generationId && !call.isSecondTry) {
      call.isSecondTry = true; // the session had ended while nobody looked: a new one, and nobody need know
      this.#send(call);
      return;
    }
    this.#stop.abort();
    this.#settle("reject", new GenerationError({ ...why, retryable: true }));
  }

  /** A socket that is not up yet sends it when it is. */
  #send(call) {
    this.initialize().then(() => this.#socket.send(call.message)).catch((error) => this.#settle("reject", error));
  }

  #receive(message) {
    const { type, generationId } = message;
    if (type === "generate") this.#asked(message);
    else if (!this.#isOurs(message)) return;
    else if (type === "progress") this.#progress(message);
    else if (type === "result") this.#settle("resolve", { ...message.data, generationId });
    else if (message.code === "stale_response") this.#call.refused = this.#call.answer; // a lease lost by a drop: the server will ask again
    else if (type === "error" && !SESSION_ENDS.has(message.code)) this.#settle("reject", new GenerationError({ ...message, message: message.error }));
  }

  #isOurs({ requestId, generationId }) {
    const call = this.#call;
    if (!call || (requestId && requestId !== call.message.requestId)) return false;
    return !generationId || !call.generationId || generationId === call.generationId;
  }

  #progress(message) {
    this.#call.generationId ??= message.requestId && message.generationId;
    this.#tell("progress", message);
    if (this.#early && this.#call.generationId) this.#asked(this.#early);
  }

  /** The server wants cards: ours are written; those of a page that was left are declined; before it is known which, wait. */
  #asked(request) {
    this.#early = null;
    if (this.#call && request.generationId === this.#call.generationId) this.#write(this.#call, request);
    else if (this.#call && !this.#call.generationId) this.#early = request;
    else this.#decline(request.generationId);
  }

  #decline(generationId) {
    this.#socket.send({ type: "error", code: "cancelled", error: "Nobody waits for these cards any more.", generationId });
  }

  #settle(how, what) {
    const call = this.#call;
    this.#call = null;
    call?.[how](what);
  }

  /** Write for the newest request: after a drop the server may lease the same generation to us anew while we still write. */
  async #write(call, request) {
    call.request = request;
    if (call.isWriting) return;
    call.isWriting = true;
    try {
      call.answer = call.refused ?? (await this.#turn(request));
      call.refused = null;
      this.#respond(call);
    } catch (error) {
      const { message, code = "engine_failed" } = error;
      this.#socket.send({ type: "error", error: message, code, generationId: call.request.generationId });
      this.#settle("reject", new GenerationError({ code, message }));
    }
    call.isWriting = false;
  }

  #respond({ request, answer: { cards, usage } }) {
    const { cacheKey, generationId, lease } = request;
    this.#socket.send({ type: "response", cacheKey, generationId, lease, data: { cards }, usage });
  }

  /** Once stopped, nothing more is written, which ends the generation with what it has. */
  async #turn(request) {
    if (this.#stop.signal.aborted) return { cards: [] };
    const { generationId } = request;
    let heard = 0;
    return writeCards({
      engine: this.engine,
      request,
      signal: this.#stop.signal,
      onCard: (card) => this.#tell("card", { card }),
      onTokens: (spent) => {
        this.#tell("tokens", spent);
        if (spent.seconds - heard < SIGN_OF_LIFE_SECONDS) return;
        heard = spent.seconds;
        this.#socket.send({ type: "progress", progress: 50, generationId, tokens: spent.tokens });
      },
    });
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** A random id; crypto.randomUUID is for secure pages only. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
