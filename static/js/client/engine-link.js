import { BROKEN, engineErrorCode } from "./engine-errors.js";
import { engineOf } from "./engines.js";
import { Turn } from "./turn.js";

const SENTENCE_MOST = 1000;

/**
 * Puts the client's engine at the server's service: says when it is ready, has it write what the server asks for, one generation at
 * a time, and keeps an answer until it is sure that the server has it.
 */
export class EngineLink {
  #send;
  #tell;
  #draft;
  #modelId;
  /** @type {import("./engines.js").Engine|null} */
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
   * @param {(written: {generationId: string, index: number, card: object}) => void} settings.draft  a card that the server may not know
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

  /** The server wants cards. @param {any} request @returns {Promise<void>} when all that was asked is written, or given up */
  asked(request) {
    this.#answer = null;
    if (this.#turn && !this.#turn.isCancelled && this.#turn.request.generationId === request.generationId) this.#turn.request = request;
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

  /** What was said of a generation can never be read: the server is told that this engine has no answer, so that another tries. */
  unreadable({ generationId, code, error }) {
    this.#tell("problem", { code, message: error });
    if (this.#answer?.generationId !== generationId) return;
    this.#answer = null;
    this.#send({ type: "error", error: `The answer could not be read: ${error}`.slice(0, SENTENCE_MOST), code: "engine_failed", generationId });
  }

  /** Stop whatever is being written. */
  stop() {
    this.#next = this.#answer = null;
    this.#turn?.cancel();
  }

  get #canWork() {
    return this.#engine !== null && !this.#isBroken;
  }

  /** `ready` is for an idle engine: while it writes, the server might else give it a second generation. @returns {Promise<void>|undefined} */
  #goOn() {
    if (this.#turn || !this.#canWork) return undefined;
    if (this.#next) return (this.#ended = this.#write(this.#engine));
    if (!this.#isReady) this.#isReady = this.#send(this.#readiness);
    return undefined;
  }

  get #readiness() {
    const facts = this.#engine?.facts ?? {};
    return { type: "ready", modelId: this.#modelId, engine: facts.engine ?? "webllm", facts, speed: this.#speed };
  }

  /** @returns {Promise<void>} */
  async #write(engine) {
    const turn = (this.#turn = new Turn({ request: this.#next, send: this.#send, tell: this.#tell, draft: this.#draft }));
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
