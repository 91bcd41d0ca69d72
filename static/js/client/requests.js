import { UNREACHABLE } from "./errors.js";

/** How long a request that the server has not answered yet is held while it cannot be reached. */
const PATIENCE_SECONDS = 20;
const CANCELLED = { code: "cancelled", message: "Stopped." };

/** Gets requests to the server, over however many sockets, and takes them back. */
export class Asking {
  #calls;
  #line;
  #clock;
  #downSince = null;
  /** @type {WeakMap<import("./call.js").Call, number>} */
  #askedAt = new WeakMap();
  /** @type {WeakSet<import("./call.js").Call>} */
  #sent = new WeakSet();
  /** @type {WeakSet<import("./call.js").Call>} */
  #cancelled = new WeakSet();
  /** Those given up while the server could not be told. @type {Set<string>} */
  #untold = new Set();

  /**
   * @param {{calls: import("./calls.js").Calls, line: import("./session-connection.js").Line,
   *   clock: import("./util.js").Clock}} settings
   */
  constructor({ calls, line, clock }) {
    this.#calls = calls;
    this.#line = line;
    this.#clock = clock;
  }

  /** @param {import("./call.js").Call} call */
  async ask(call) {
    this.#askedAt.set(call, this.#clock.now());
    try {
      await this.#line.open();
      this.#line.hurry();
      this.#send(call);
    } catch (error) {
      call.fail(error);
    }
  }

  /** What was said last may not have arrived: say it again. The server runs nothing twice. */
  repeat() {
    for (const call of this.#calls.own) this.#send(call);
  }

  up() {
    this.#downSince = null;
    this.repeat();
    for (const requestId of this.#untold) this.#line.send({ type: "cancel", requestId });
    this.#untold.clear();
  }

  /**
   * A request that the server has, waits for it; one that it never answered fails in the end.
   * @param {any} [reason]
   */
  down(reason) {
    this.#downSince ??= this.#clock.now();
    for (const call of this.#calls.own)
      if (call.status === "asking" && this.#waited(call) >= PATIENCE_SECONDS)
        this.#giveUp(call, reason);
  }

  /**
   * Take it back. The server's word ends the call, so that cards on their way still come; without a
   * server it ends now.
   */
  cancel(call) {
    if (call.isOver || call.isForeign) return;
    this.#cancelled.add(call);
    const isTold =
      this.#sent.has(call) && this.#line.send({ type: "cancel", requestId: call.requestId });
    if (!isTold) this.#giveUp(call, CANCELLED);
  }

  #send(call) {
    if (call.isOver || !this.#line.send(call.message)) return;
    this.#sent.add(call);
    if (this.#cancelled.has(call)) this.#line.send({ type: "cancel", requestId: call.requestId });
  }

  #waited(call) {
    return (
      (this.#clock.now() - Math.max(this.#askedAt.get(call) ?? 0, this.#downSince ?? 0)) / 1000
    );
  }

  #giveUp(call, reason) {
    if (this.#sent.has(call)) this.#untold.add(call.requestId);
    call.failWith(reason ?? UNREACHABLE);
  }
}
