import { Connection } from "./connection.js";
import { Emitter } from "./events.js";

/**
 * After so many sockets in a row that never came up, the server is asked over REST what is the
 * matter.
 */
const MAX_FAILED_ATTEMPTS = 2;
const TICKET_REJECTED = 4401;
/** Close codes that say that the session is no more. */
const SESSION_ENDED = new Set([4404, 4410]);

/**
 * The way to the server: a session, opened when first needed and again when it has ended, its
 * socket, and the number of the last news heard on it, with which a new socket begins where the old
 * one broke off.
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
   *   settings those of Connection, too
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
   * Open the session and begin to connect, unless that is done.
   * @throws {import("./errors.js").ApiError}
   */
  open() {
    if (this.#connection) return Promise.resolve();
    return (this.#opening ??= this.#open().finally(() => (this.#opening = null)));
  }

  /** @param {object} message @returns {boolean} false: it is down, and nothing was sent */
  send(message) {
    return this.#connection?.send(message) ?? false;
  }

  /** Somebody waits: try now. */
  retryNow() {
    this.#connection?.retryNow();
  }

  /** Leave this socket for a new one. */
  reconnect() {
    this.#connection?.reconnect();
  }

  /** Hang up, and end the session on the server. */
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

  /** Begin to connect to the session that is there. */
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
    // each session counts for itself
    if (session.sessionId !== this.sessionId) this.#lastSeq = null;
    this.#session = session;
  }

  /**
   * The snapshot is of now; what happened since the last socket comes after it, in order, before
   * any news of the moment.
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
