import { ConnectionError } from "./errors.js";
import { Emitter } from "./events.js";
import { gettext } from "./i18n.js";
import { backoffSeconds, realClock } from "./util.js";

const SUBPROTOCOL = "mindflip.v1";
/** Seconds to wait for the first message on a socket. */
const GREETING_TIMEOUT_SECONDS = 20;
/** Seconds to wait for each later message. The server sends a ping every 25 seconds. */
const IDLE_TIMEOUT_SECONDS = 75;
const OVERLOAD_DELAY_SECONDS = 5;
/** Close codes (see docs/protocol.md) that a new socket would receive again. */
const FATAL_CODES = new Map([
  [4400, ["invalid_message", gettext("The server could not read what was sent.")]],
  [
    4403,
    [
      "forbidden",
      gettext("This account or this site may not use the server. Ask whoever runs it."),
    ],
  ],
  [4413, ["too_large", gettext("A message was far too large for the server.")]],
]);
/** Close codes after which the next attempt needs a new ticket or a new session. */
const RENEWABLE_CODES = new Set([4401, 4404, 4410]);
const MAX_REJECTIONS = 3;
/** The code with which a restarting server closes its sockets one by one. It is not an error. */
const SERVER_RESTART = 1012;

/**
 * @typedef {{code: number, failedAttempts: number}} LastClose  The close code of the last
 *   socket, and how many sockets in a row closed before the server's greeting.
 */

/**
 * A WebSocket connection that reconnects with growing delays until it is closed or fails
 * permanently.
 *
 * Events: `up` (detail: the server's snapshot), `message` (detail: the parsed message), `down`
 * (detail: `seconds` until the next attempt, and the `error` if there is one), `ended` (detail: the
 * error; the connection is not retried).
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
  /** Identifies the latest attempt. An earlier one may still be waiting for its URL. */
  #currentAttempt = {};

  /**
   * @param {object} settings
   * @param {(lastClose: LastClose|null) => Promise<string>} settings.getUrl  returns the URL
   *   of the next socket; it is called again after a `retryable` error, and other errors end the
   *   connection
   * @param {any} [settings.WebSocket]  a class with the interface of the browser's WebSocket
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

  /** True if the server has greeted the current socket. */
  get isUp() {
    return this.#isUp;
  }

  /** True if the connection has ended permanently. */
  get isClosed() {
    return this.#isClosed;
  }

  /** The current WebSocket, or null. */
  get socket() {
    return this.#socket;
  }

  /**
   * Send a message if the connection is up.
   * @param {object} message @returns {boolean} false if it is down and nothing was sent
   */
  send(message) {
    if (!this.#isUp || this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Skip the delay before the next attempt, and reset the backoff. */
  retryNow() {
    if (this.#retryTimer === null) return;
    this.#attempts = 0;
    this.#connect();
  }

  /** Replace the current socket with a new one. */
  reconnect() {
    if (this.#isClosed) return;
    this.#closeSocket();
    this.#connect();
  }

  /** Close the connection permanently. */
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
    socket.onerror = () => {}; // a close event follows
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
    // Retry immediately: only a new ticket or session is needed.
    else if (this.#rejections === 1) this.#connect();
    // Retry immediately. The connection is only reported as down if this attempt fails.
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
   * Close the socket if nothing is received for the given time.
   *
   * A socket can look open although its connection is dead, for example after a laptop wakes up or
   * a phone changes networks.
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
    gettext("The server does not let this client in. Sign in again."),
  ];
  return new ConnectionError({ closeCode, code, message: reason || message });
}
