import { Connection } from "./connection.js";
import { Emitter } from "./events.js";

/**
 * The number of sockets in a row that may fail before the client renews its session over REST. The
 * response shows why they fail.
 */
const MAX_FAILED_ATTEMPTS = 2;
const TICKET_REJECTED = 4401;
/** Close codes of sessions that have ended or do not exist. */
const SESSION_ENDED = new Set([4404, 4410]);

/**
 * A session on the server and its connection.
 *
 * The session is opened when it is first needed and again after it has ended. The sequence number
 * of the last message is kept, so that a new socket continues where the previous one stopped.
 *
 * Events: those of Connection.
 */
export class SessionConnection extends Emitter {
  #modelId;
  #sessions;
  #settings;
  /** @type {import("./sessions.js").Session|null} */
  #session = null;
  /** @type {Promise<void>|null} */
  #opening = null;
  /** @type {Connection|null} */
  #connection = null;
  #lastSeq = null;

  /**
   * @param {{modelId: string, sessions: import("./sessions.js").Sessions, [setting: string]: any}}
   *   settings  includes the settings of Connection
   */
  constructor({ modelId, sessions, ...settings }) {
    super();
    this.#modelId = modelId;
    this.#sessions = sessions;
    this.#settings = settings;
  }

  get sessionId() {
    return this.#session ? this.#session.sessionId : null;
  }

  get socket() {
    return this.#connection?.socket ?? null;
  }

  /**
   * Open the session and start to connect, unless this has already happened.
   * @throws {import("./errors.js").ApiError}
   */
  open() {
    if (this.#connection) return Promise.resolve();
    return (this.#opening ??= this.#open().finally(() => (this.#opening = null)));
  }

  /**
   * Send a message if the connection is up.
   * @param {object} message @returns {boolean} false if it is down and nothing was sent
   */
  send(message) {
    return this.#connection?.send(message) ?? false;
  }

  /** Skip the delay before the next attempt. */
  retryNow() {
    this.#connection?.retryNow();
  }

  /** Replace the current socket with a new one. */
  reconnect() {
    this.#connection?.reconnect();
  }

  /** Close the connection, and end the session on the server. */
  async close() {
    this.#connection?.close();
    this.#connection = null;
    const { sessionId } = this;
    this.#session = null;
    if (sessionId) await this.#sessions.close(this.#modelId, sessionId);
  }

  async #open() {
    this.#setSession(await this.#sessions.open(this.#modelId));
    this.connect();
  }

  /** Start to connect to the open session, if there is one. */
  connect() {
    if (this.#connection || !this.#session) return;
    const connection = (this.#connection = new Connection({
      ...this.#settings,
      getUrl: (lastClose) => this.#getUrl(lastClose),
    }));
    connection.addEventListener("up", ({ detail }) => this.#handleUp(detail));
    connection.addEventListener("message", ({ detail }) => this.#handleMessage(detail));
    connection.addEventListener("down", ({ detail }) => this.emit("down", detail));
    connection.addEventListener("ended", ({ detail }) => this.#handleEnd(detail));
  }

  async #getUrl(lastClose) {
    if (SESSION_ENDED.has(lastClose?.code)) this.#sessions.forget(this.#modelId);
    const needsRenewal =
      SESSION_ENDED.has(lastClose?.code) ||
      lastClose?.code === TICKET_REJECTED ||
      lastClose?.failedAttempts >= MAX_FAILED_ATTEMPTS;
    if (needsRenewal) this.#setSession(await this.#sessions.renew(this.#modelId));
    const { wsUrl } = this.#session;
    return this.#lastSeq === null
      ? wsUrl
      : `${wsUrl}${wsUrl.includes("?") ? "&" : "?"}lastSeq=${this.#lastSeq}`;
  }

  #setSession(session) {
    // Sequence numbers are counted per session.
    if (session.sessionId !== this.sessionId) this.#lastSeq = null;
    this.#session = session;
  }

  /**
   * Adopt the snapshot's sequence number, unless messages were missed.
   *
   * The snapshot shows the current state. Missed messages follow it in order, before any new ones,
   * and advance the sequence number one by one.
   */
  #handleUp(snapshot) {
    const hasMissed = this.#lastSeq !== null && this.#lastSeq < snapshot.seq;
    if (!hasMissed) this.#lastSeq = snapshot.seq;
    this.emit("up", snapshot);
  }

  #handleMessage(message) {
    if (message.type === "session") this.#lastSeq = message.seq;
    else if (message.seq !== undefined) this.#lastSeq = Math.max(this.#lastSeq ?? 0, message.seq);
    this.emit("message", message);
  }

  #handleEnd(error) {
    this.#connection = null;
    this.#session = null;
    this.#sessions.forget(this.#modelId);
    this.emit("ended", error);
  }
}
