import { UNREACHABLE } from "./errors.js";
import { gettext } from "./i18n.js";

/** Seconds that an unanswered request waits while the server cannot be reached. */
const UNANSWERED_TIMEOUT_SECONDS = 20;
const CANCELLED = { code: "cancelled", message: gettext("Stopped.") };

/** Sends requests to the server, across reconnects, and cancels them. */
export class RequestSender {
  #calls;
  #connection;
  #clock;
  #downSince = null;
  /** @type {WeakMap<import("./call.js").Call, number>} */
  #requestedAt = new WeakMap();
  /** @type {WeakSet<import("./call.js").Call>} */
  #sent = new WeakSet();
  /** @type {WeakSet<import("./call.js").Call>} */
  #cancelled = new WeakSet();
  /** IDs of abandoned requests whose `cancel` could not be sent yet. @type {Set<string>} */
  #unsentCancels = new Set();

  /**
   * @param {{calls: import("./calls.js").Calls, connection:
   *   import("./session-connection.js").SessionConnection,
   *   clock: import("./util.js").Clock}} settings
   */
  constructor({ calls, connection, clock }) {
    this.#calls = calls;
    this.#connection = connection;
    this.#clock = clock;
  }

  /** @param {import("./call.js").Call} call */
  async submit(call) {
    this.#requestedAt.set(call, this.#clock.now());
    try {
      await this.#connection.open();
      this.#connection.retryNow();
      this.#send(call);
    } catch (error) {
      call.fail(error);
    }
  }

  /**
   * Send all pending requests again, because the last messages may not have arrived.
   *
   * The server runs each request ID only once.
   */
  resend() {
    for (const call of this.#calls.pending) this.#send(call);
  }

  handleUp() {
    this.#downSince = null;
    this.resend();
    for (const requestId of this.#unsentCancels)
      this.#connection.send({ type: "cancel", requestId });
    this.#unsentCancels.clear();
  }

  /**
   * Fail the requests that have waited too long for the server's first response.
   *
   * Requests that the server has accepted keep waiting.
   * @param {any} [reason]
   */
  handleDown(reason) {
    this.#downSince ??= this.#clock.now();
    for (const call of this.#calls.pending)
      if (call.status === "asking" && this.#secondsWaited(call) >= UNANSWERED_TIMEOUT_SECONDS)
        this.#abandon(call, reason);
  }

  /**
   * Cancel a call.
   *
   * The call ends when the server confirms this, so cards on their way still arrive. If the server
   * cannot be reached, the call ends immediately.
   */
  cancel(call) {
    if (call.isFinished || call.isRemote) return;
    this.#cancelled.add(call);
    const isSent =
      this.#sent.has(call) && this.#connection.send({ type: "cancel", requestId: call.requestId });
    if (!isSent) this.#abandon(call, CANCELLED);
  }

  #send(call) {
    if (call.isFinished || !this.#connection.send(call.message)) return;
    this.#sent.add(call);
    if (this.#cancelled.has(call))
      this.#connection.send({ type: "cancel", requestId: call.requestId });
  }

  #secondsWaited(call) {
    return (
      (this.#clock.now() - Math.max(this.#requestedAt.get(call) ?? 0, this.#downSince ?? 0)) / 1000
    );
  }

  #abandon(call, reason) {
    if (this.#sent.has(call)) this.#unsentCancels.add(call.requestId);
    call.failWithError(reason ?? UNREACHABLE);
  }
}
