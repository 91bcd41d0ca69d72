import { Connection } from "./connection.js";
import { Teller } from "./events.js";

/**
 * After so many sockets in a row that never came up, the server is asked over REST what is the
 * matter.
 */
const UNOPENED_MOST = 2;
const TICKET_REFUSED = 4401;
/** Close codes that say that the session is no more. */
const SESSION_OVER = new Set([4404, 4410]);

/**
 * The way to the server: a session, opened when first needed and again when it has ended, its
 * socket, and the number of the last news heard on it, with which a new socket begins where the old
 * one broke off.
 *
 * Events: those of Connection.
 */
export class Line extends Teller {
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
  hurry() {
    this.#connection?.hurry();
  }

  /** Leave this socket for a new one. */
  renew() {
    this.#connection?.renew();
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
    this.#take(await this.#sessions.open(this.#modelId));
    this.connect();
  }

  /** Begin to connect to the session that is there. */
  connect() {
    if (this.#connection || !this.#session) return;
    const connection = (this.#connection = new Connection({
      ...this.#settings,
      address: (loss) => this.#address(loss),
    }));
    connection.addEventListener("up", ({ detail }) => this.#up(detail));
    connection.addEventListener("message", ({ detail }) => this.#heard(detail));
    connection.addEventListener("down", ({ detail }) => this.tell("down", detail));
    connection.addEventListener("ended", ({ detail }) => this.#ended(detail));
  }

  async #address(loss) {
    if (SESSION_OVER.has(loss?.code)) this.#sessions.forget(this.#modelId);
    const isRefused =
      SESSION_OVER.has(loss?.code) ||
      loss?.code === TICKET_REFUSED ||
      loss?.unopened >= UNOPENED_MOST;
    if (isRefused) this.#take(await this.#sessions.renew(this.#modelId));
    const { wsUrl } = this.#session;
    return this.#lastSeq === null
      ? wsUrl
      : `${wsUrl}${wsUrl.includes("?") ? "&" : "?"}lastSeq=${this.#lastSeq}`;
  }

  #take(session) {
    // each session counts for itself
    if (session.sessionId !== this.sessionId) this.#lastSeq = null;
    this.#session = session;
  }

  /**
   * The snapshot is of now; what happened since the last socket comes after it, in order, before
   * any news of the moment.
   */
  #up(snapshot) {
    const hasMissed = this.#lastSeq !== null && this.#lastSeq < snapshot.seq;
    if (!hasMissed) this.#lastSeq = snapshot.seq;
    this.tell("up", snapshot);
  }

  #heard(message) {
    if (message.type === "session") this.#lastSeq = message.seq;
    else if (message.seq !== undefined) this.#lastSeq = Math.max(this.#lastSeq ?? 0, message.seq);
    this.tell("message", message);
  }

  #ended(error) {
    this.#connection = null;
    this.#session = null;
    this.#sessions.forget(this.#modelId);
    this.tell("ended", error);
  }
}
