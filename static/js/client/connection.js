import { ConnectionError } from "./errors.js";
import { Teller } from "./events.js";
import { pause, realClock } from "./util.js";

const SUBPROTOCOL = "mindflip.v1";
/** How long to wait for the first word, and for any later one; the server speaks every 25 s. */
const GREETING_SECONDS = 20;
const SILENCE_SECONDS = 75;
const CROWDED_SECONDS = 5;
/** Close codes (contract, section 2) that another try would only meet again. */
const FINAL = new Map([
  [4400, ["invalid_message", "The server could not read what was sent."]],
  [4403, ["forbidden", "This account or this site may not use the server. Ask whoever runs it."]],
  [4413, ["too_large", "A message was far too large for the server."]],
]);
/** Codes that want a new ticket or a new session before the next try. */
const REFUSALS = new Set([4401, 4404, 4410]);
const REFUSALS_MOST = 3;
/** The server restarts, and sends its clients elsewhere one after the other: nothing broke. */
const RESTARTS = 1012;

/**
 * @typedef {{code: number, unopened: number}} Loss how the last socket ended, and how many in a row
 *   never came up
 */

/**
 * A socket that comes back: whatever ends it, it is made again with growing pauses, until
 * `close()`.
 *
 * Events: `up` (detail: the server's snapshot), `message` (detail: the object), `down` (detail:
 * {seconds} until the next try, and the `error` if there is one), `ended` (detail: the error; no
 * further try).
 */
export class Connection extends Teller {
  #address;
  #WebSocket;
  #clock;
  #random;
  /** @type {WebSocket|null} */
  #socket = null;
  #isUp = false;
  #isOver = false;
  #tries = 0;
  #refusals = 0;
  /** @type {Loss|null} */
  #loss = null;
  #retryTimer = null;
  #silenceTimer = null;
  /** The try that counts: a later one may have begun while an earlier waited for its address. */
  #current = {};

  /**
   * @param {object} settings
   * @param {(loss: Loss|null) => Promise<string>} settings.address where to connect, after what;
   *   its errors count as failed tries if `retryable`
   * @param {any} [settings.WebSocket]  a class like the browsers' own
   * @param {import("./util.js").Clock} [settings.clock]
   * @param {() => number} [settings.random]
   */
  constructor({
    address,
    WebSocket = globalThis.WebSocket,
    clock = realClock,
    random = Math.random,
  }) {
    super();
    this.#address = address;
    this.#WebSocket = WebSocket;
    this.#clock = clock;
    this.#random = random;
    this.#attempt();
  }

  /** Whether the server has greeted this socket. */
  get isUp() {
    return this.#isUp;
  }

  /** Whether it will never be up again. */
  get isOver() {
    return this.#isOver;
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
  hurry() {
    if (this.#retryTimer === null) return;
    this.#tries = 0;
    this.#attempt();
  }

  /** Leave this socket for a new one. */
  renew() {
    if (this.#isOver) return;
    this.#drop();
    this.#attempt();
  }

  /** Hang up for good. */
  close() {
    this.#isOver = true;
    this.#stopTimers();
    this.#drop();
  }

  async #attempt() {
    this.#stopTimers();
    const attempt = (this.#current = {});
    try {
      const url = await this.#address(this.#loss);
      if (!this.#isOver && attempt === this.#current) this.#dial(url);
    } catch (error) {
      if (attempt === this.#current) this.#unreachable(error);
    }
  }

  #dial(url) {
    const socket = (this.#socket = new this.#WebSocket(url, [SUBPROTOCOL]));
    socket.onmessage = ({ data }) => socket === this.#socket && this.#hear(JSON.parse(data));
    socket.onclose = (event) => socket === this.#socket && this.#closed(event);
    socket.onerror = () => {}; // a close follows
    this.#watch(GREETING_SECONDS);
  }

  #hear(message) {
    this.#watch(SILENCE_SECONDS);
    if (this.#isUp) this.tell("message", message);
    else if (message.type === "session") this.#greeted(message);
  }

  #greeted(snapshot) {
    this.#isUp = true;
    this.#tries = this.#refusals = 0;
    this.#loss = null;
    this.tell("up", snapshot);
  }

  /** @param {{code: number, reason?: string}} close */
  #closed({ code, reason }) {
    const wasUp = this.#isUp;
    this.#drop();
    if (this.#isOver) return;
    this.#loss = { code, unopened: wasUp ? 0 : (this.#loss?.unopened ?? 0) + 1 };
    this.#refusals += REFUSALS.has(code) ? 1 : 0;
    if (FINAL.has(code) || this.#refusals > REFUSALS_MOST) this.#end(refusal(code, reason));
    // at once: a new ticket or session is all that it takes
    else if (this.#refusals === 1) this.#attempt();
    // at once, and only if that fails is it a loss
    else if (code === RESTARTS && wasUp) this.#attempt();
    else this.#retry(code === 4429 ? CROWDED_SECONDS : 0);
  }

  #unreachable(error) {
    if (this.#isOver) return;
    if (error.retryable) this.#retry(error.retryAfter, error);
    else this.#end(error);
  }

  #retry(least = 0, error = null) {
    const seconds = Math.max(least, pause(this.#tries++, this.#random));
    this.#retryTimer = this.#clock.setTimeout(() => this.#attempt(), seconds * 1000);
    this.tell("down", { seconds: Math.ceil(seconds), error });
  }

  #end(error) {
    this.close();
    this.tell("ended", error);
  }

  /**
   * A socket that says nothing for so long is dead, whatever it claims: laptops sleep, phones
   * change networks.
   */
  #watch(seconds) {
    this.#clock.clearTimeout(this.#silenceTimer);
    this.#silenceTimer = this.#clock.setTimeout(() => this.#closed({ code: 4408 }), seconds * 1000);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#isUp = false;
    this.#clock.clearTimeout(this.#silenceTimer);
    socket?.close();
  }

  #stopTimers() {
    this.#clock.clearTimeout(this.#retryTimer);
    this.#clock.clearTimeout(this.#silenceTimer);
    this.#retryTimer = null;
  }
}

function refusal(closeCode, reason) {
  const [code, message] = FINAL.get(closeCode) ?? [
    "not_authenticated",
    "The server does not let this client in. Sign in again.",
  ];
  return new ConnectionError({ closeCode, code, message: reason || message });
}
