/** How long a free lock may take to be acquired, and a tab to release it when asked. */
const ACQUIRE_TIMEOUT_MS = 1500;
const RELEASE_TIMEOUT_MS = 4000;

/**
 * @typedef {{state: string, modelId: string|null, name: string|null}} EngineStatus what a tab says
 *   of its engine
 */

/**
 * The one place for an engine among all tabs of a user in this browser. A Web Lock says whose it
 * is, and goes back by itself when its tab is closed; a channel says what that tab does. Without
 * locks (a page over plain http) every tab has a place of its own.
 *
 * Events: `other`, when what another tab does has changed; `release-requested`, when another tab
 * asks for the place; `stolen`, when it took it.
 */
export class EngineLock extends EventTarget {
  /**
   * @type {EngineStatus|null} what the tab that has the place does; null while none other has it
   */
  other = null;
  #name;
  #locks;
  #channel;
  #release = null;
  #lockRequest = Promise.resolve();
  /** Until this, the lock that is seen is our own. */
  #released = Promise.resolve();
  #status = null;
  #isWaiting = false;

  /** @param {string} user @param {{locks?: LockManager|null, BroadcastChannel?: any}} [browser] */
  constructor(
    user,
    { locks = globalThis.navigator?.locks, BroadcastChannel = globalThis.BroadcastChannel } = {},
  ) {
    super();
    this.#name = `mindflip:engine:${user}`;
    this.#locks = locks;
    if (!locks) return;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.addEventListener("message", ({ data }) => this.#handleMessage(data));
  }

  get isOwned() {
    return !this.#locks || this.#release !== null;
  }

  /** Find out who has the place. */
  async refresh() {
    if (this.isOwned || !(await this.#isLocked())) return;
    this.#channel.postMessage({ type: "who" });
    this.#setOther(this.other ?? { state: "loading", modelId: null, name: null });
  }

  /** Have the place if it is free. @returns {Promise<boolean>} */
  async acquire() {
    if (this.isOwned) return true;
    await this.#released;
    if (await this.#isLocked()) return false;
    return this.#request({ signal: AbortSignal.timeout(ACQUIRE_TIMEOUT_MS) });
  }

  /** Have the place, whoever has it: asked first, for then what is written there goes on here. */
  async takeOver() {
    if (this.isOwned) return;
    this.#channel.postMessage({ type: "wanted" });
    if (!(await this.#request({ signal: AbortSignal.timeout(RELEASE_TIMEOUT_MS) })))
      await this.#request({ steal: true });
  }

  /** Give the place back. */
  release() {
    if (!this.#release) return;
    this.#status = null;
    this.#release();
    this.#release = null;
    this.#released = this.#lockRequest;
    this.#released.then(() => this.refresh());
  }

  /** Say what the engine in the place does. @param {EngineStatus} status */
  broadcast(status) {
    if (!this.#release) return;
    this.#status = status;
    this.#channel.postMessage({ type: "told", told: status });
  }

  #handleMessage({ type, told: status }) {
    if (type === "told") this.#setOther(status);
    if (type === "who" && this.#status) this.broadcast(this.#status);
    if (type === "wanted" && this.#release) this.dispatchEvent(new Event("release-requested"));
  }

  #setOther(status) {
    if (this.#release) return;
    this.other = status;
    this.#waitForRelease();
    this.dispatchEvent(new Event("other"));
  }

  /** Resolves when the lock is held; it is held until `release`. */
  #request(options) {
    return new Promise((resolve) => {
      const hold = () => new Promise((release) => resolve(this.#handleAcquired(release)));
      this.#lockRequest = this.#locks
        .request(this.#name, options, hold)
        .catch(() => (this.#release ? this.#handleStolen() : resolve(false)));
    });
  }

  #handleAcquired(release) {
    this.#release = release;
    this.other = null;
    return true;
  }

  /** Another tab could not wait. */
  #handleStolen() {
    this.#release = null;
    this.#status = null;
    this.dispatchEvent(new Event("stolen"));
  }

  /** A shared lock is given when nobody has the exclusive one any more: then the place is free. */
  async #waitForRelease() {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    await this.#locks.request(this.#name, { mode: "shared" }, () => {});
    this.#isWaiting = false;
    if (await this.#isLocked()) return;
    this.other = null;
    this.dispatchEvent(new Event("other"));
  }

  async #isLocked() {
    const { held: locks = [] } = await this.#locks.query();
    return locks.some(({ name, mode }) => name === this.#name && mode === "exclusive");
  }
}
