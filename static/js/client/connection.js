import { ConnectionError } from "./errors.js";
import { Emitter } from "./events.js";
import { backoffSeconds, realClock } from "./util.js";

const SUBPROTOCOL = "mindflip.v1";
/** How long to wait for the first word, and for any later one; the server speaks every 25 s. */
const GREETING_TIMEOUT_SECONDS = 20;
const IDLE_TIMEOUT_SECONDS = 75;
const OVERLOAD_DELAY_SECONDS = 5;
/** Close codes (contract, section 2) that another try would only meet again. */
const FATAL_CODES = new Map([
  [4400, ["invalid_message", "The server could not read what was sent."]],
  [4403, ["forbidden", "This account or this site may not use the server. Ask whoever runs it."]],
  [4413, ["too_large", "A message was far too large for the server."]],
]);
/** Codes that want a new ticket or a new session before the next try. */
const RENEWABLE_CODES = new Set([4401, 4404, 4410]);
const MAX_REJECTIONS = 3;
/** The server restarts, and sends its clients elsewhere one after the other: nothing broke. */
const SERVER_RESTART = 1012;

/**
 * @typedef {{code: number, failedAttempts: number}} LastClose how the last socket ended, and how
 *   many in a row never came up
 */

/**
 * A socket that comes back: whatever ends it, it is made again with growing pauses, until
 * `close()`.
 *
 * Events: `up` (detail: the server's snapshot), `message` (detail: the object), `down` (detail:
 * {seconds} until the next try, and the `error` if there is one), `ended` (detail: the error; no
 * further try).
 */
export class Connection extends Emitter {
  #getUrl;
  #WebSocket;
  #clock;
  #random;
  /** @type {WebSocket|null} */
  #socket = null;
  #isUp = false;
  #isClosed = false;
  #attempts = 0;
  #rejections = 0;
  /** @type {LastClose|null} */
  #lastClose = null;
  #retryTimer = null;
  #idleTimer = null;
  /** The try that counts: a later one may have begun while an earlier waited for its address. */
  #currentAttempt = {};

  /**
   * @param {object} settings
   * @param {(lastClose: LastClose|null) => Promise<string>} settings.getUrl where to connect, after
   *   what; its errors count as failed tries if `retryable`
   * @param {any} [settings.WebSocket]  a class like the browsers' own
   * @param {import("./util.js").Clock} [settings.clock]
   * @param {() => number} [settings.random]
   */
  constructor({
    getUrl,
    WebSocket = globalThis.WebSocket,
    clock = realClock,
    random = Math.random,
  }) {
    super();
    this.#getUrl = getUrl;
    this.#WebSocket = WebSocket;
    this.#clock = clock;
    this.#random = random;
    this.#connect();
  }

  /** Whether the server has greeted this socket. */
  get isUp() {
    return this.#isUp;
  }

  /** Whether it will never be up again. */
  get isClosed() {
    return this.#isClosed;
  }

  /** The WebSocket of this moment. */
  get socket() {
    return this.#socket;
  }

  /** @param {object} message @returns {boolean} false: it is down, and nothing was sent */
  send(message) {
    if (!this.#isUp || this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Somebody waits: make the next try now. */
  retryNow() {
    if (this.#retryTimer === null) return;
    this.#attempts = 0;
    this.#connect();
  }

  /** Leave this socket for a new one. */
  reconnect() {
    if (this.#isClosed) return;
    this.#closeSocket();
    this.#connect();
  }

  /** Hang up for good. */
  close() {
    this.#isClosed = true;
    this.#clearTimers();
    this.#closeSocket();
  }

  async #connect() {
    this.#clearTimers();
    const attempt = (this.#currentAttempt = {});
    try {
      const url = await this.#getUrl(this.#lastClose);
      if (!this.#isClosed && attempt === this.#currentAttempt) this.#openSocket(url);
    } catch (error) {
      if (attempt === this.#currentAttempt) this.#handleConnectError(error);
    }
  }

  #openSocket(url) {
    const socket = (this.#socket = new this.#WebSocket(url, [SUBPROTOCOL]));
    socket.onmessage = ({ data }) =>
      socket === this.#socket && this.#handleMessage(JSON.parse(data));
    socket.onclose = (event) => socket === this.#socket && this.#handleClose(event);
    socket.onerror = () => {}; // a close follows
    this.#resetIdleTimer(GREETING_TIMEOUT_SECONDS);
  }

  #handleMessage(message) {
    this.#resetIdleTimer(IDLE_TIMEOUT_SECONDS);
    if (this.#isUp) this.emit("message", message);
    else if (message.type === "session") this.#handleGreeting(message);
  }

  #handleGreeting(snapshot) {
    this.#isUp = true;
    this.#attempts = this.#rejections = 0;
    this.#lastClose = null;
    this.emit("up", snapshot);
  }

  /** @param {{code: number, reason?: string}} close */
  #handleClose({ code, reason }) {
    const wasUp = this.#isUp;
    this.#closeSocket();
    if (this.#isClosed) return;
    this.#lastClose = {
      code,
      failedAttempts: wasUp ? 0 : (this.#lastClose?.failedAttempts ?? 0) + 1,
    };
    this.#rejections += RENEWABLE_CODES.has(code) ? 1 : 0;
    if (FATAL_CODES.has(code) || this.#rejections > MAX_REJECTIONS)
      this.#fail(fatalError(code, reason));
    // at once: a new ticket or session is all that it takes
    else if (this.#rejections === 1) this.#connect();
    // at once, and only if that fails is it a loss
    else if (code === SERVER_RESTART && wasUp) this.#connect();
    else this.#scheduleRetry(code === 4429 ? OVERLOAD_DELAY_SECONDS : 0);
  }

  #handleConnectError(error) {
    if (this.#isClosed) return;
    if (error.retryable) this.#scheduleRetry(error.retryAfter, error);
    else this.#fail(error);
  }

  #scheduleRetry(minSeconds = 0, error = null) {
    const seconds = Math.max(minSeconds, backoffSeconds(this.#attempts++, this.#random));
    this.#retryTimer = this.#clock.setTimeout(() => this.#connect(), seconds * 1000);
    this.emit("down", { seconds: Math.ceil(seconds), error });
  }

  #fail(error) {
    this.close();
    this.emit("ended", error);
  }

  /**
   * A socket that says nothing for so long is dead, whatever it claims: laptops sleep, phones
   * change networks.
   */
  #resetIdleTimer(seconds) {
    this.#clock.clearTimeout(this.#idleTimer);
    this.#idleTimer = this.#clock.setTimeout(
      () => this.#handleClose({ code: 4408 }),
      seconds * 1000,
    );
  }

  #closeSocket() {
    const socket = this.#socket;
    this.#socket = null;
    this.#isUp = false;
    this.#clock.clearTimeout(this.#idleTimer);
    socket?.close();
  }

  #clearTimers() {
    this.#clock.clearTimeout(this.#retryTimer);
    this.#clock.clearTimeout(this.#idleTimer);
    this.#retryTimer = null;
  }
}

function fatalError(closeCode, reason) {
  const [code, message] = FATAL_CODES.get(closeCode) ?? [
    "not_authenticated",
    "The server does not let this client in. Sign in again.",
  ];
  return new ConnectionError({ closeCode, code, message: reason || message });
}
