import { UNREACHABLE } from "./errors.js";

/** How long a request that the server has not answered yet is held while it cannot be reached. */
const UNANSWERED_TIMEOUT_SECONDS = 20;
const CANCELLED = { code: "cancelled", message: "Stopped." };

/** Gets requests to the server, over however many sockets, and takes them back. */
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
  /** Those given up while the server could not be told. @type {Set<string>} */
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

  /** What was said last may not have arrived: say it again. The server runs nothing twice. */
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
   * A request that the server has, waits for it; one that it never answered fails in the end.
   * @param {any} [reason]
   */
  handleDown(reason) {
    this.#downSince ??= this.#clock.now();
    for (const call of this.#calls.pending)
      if (call.status === "asking" && this.#secondsWaited(call) >= UNANSWERED_TIMEOUT_SECONDS)
        this.#abandon(call, reason);
  }

  /**
   * Take it back. The server's word ends the call, so that cards on their way still come; without a
   * server it ends now.
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
