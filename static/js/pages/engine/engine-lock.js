/** How long acquiring a free lock may take. */
const ACQUIRE_TIMEOUT_MS = 1500;
/** How long another tab may take to release the lock on request. */
const RELEASE_TIMEOUT_MS = 4000;

/**
 * @typedef {{state: string, modelId: string|null, name: string|null}} EngineStatus  the engine's
 *   status, as its tab broadcasts it
 */

/**
 * The lock that allows only one tab per user and browser to run an engine.
 *
 * A Web Lock determines which tab owns the engine. The browser releases it when that tab is closed.
 * A BroadcastChannel reports the owner's status. Without Web Locks (on a page over plain HTTP),
 * every tab can run an engine.
 *
 * Events: `other`, when the status of another tab has changed; `release-requested`, when another
 * tab requests the lock; `stolen`, when another tab has taken it.
 */
export class EngineLock extends EventTarget {
  /**
   * @type {EngineStatus|null} the status of the owner's engine; null if no other tab owns the lock
   */
  other = null;
  #name;
  #locks;
  #channel;
  #release = null;
  #lockRequest = Promise.resolve();
  /** Resolves when this tab's own lock is released. Until then, queries still show it. */
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

  /** Find out whether another tab owns the lock, and request its status. */
  async refresh() {
    if (this.isOwned || !(await this.#isLocked())) return;
    this.#channel.postMessage({ type: "who" });
    this.#setOther(this.other ?? { state: "loading", modelId: null, name: null });
  }

  /** Acquire the lock if it is free. @returns {Promise<boolean>} */
  async acquire() {
    if (this.isOwned) return true;
    await this.#released;
    if (await this.#isLocked()) return false;
    return this.#request({ signal: AbortSignal.timeout(ACQUIRE_TIMEOUT_MS) });
  }

  /**
   * Take the lock from the tab that owns it.
   *
   * The owner first receives a request to release it, so that its generation continues in this tab.
   * If it does not do so within RELEASE_TIMEOUT_MS, the lock is stolen.
   */
  async takeOver() {
    if (this.isOwned) return;
    this.#channel.postMessage({ type: "wanted" });
    if (!(await this.#request({ signal: AbortSignal.timeout(RELEASE_TIMEOUT_MS) })))
      await this.#request({ steal: true });
  }

  /** Release the lock. */
  release() {
    if (!this.#release) return;
    this.#status = null;
    this.#release();
    this.#release = null;
    this.#released = this.#lockRequest;
    this.#released.then(() => this.refresh());
  }

  /** Send the engine's status to the other tabs. @param {EngineStatus} status */
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

  /** Request the lock, and resolve to whether it was acquired. It is kept until `release`. */
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

  /** Handle that another tab has stolen the lock. */
  #handleStolen() {
    this.#release = null;
    this.#status = null;
    this.dispatchEvent(new Event("stolen"));
  }

  /**
   * Wait until no tab owns the lock.
   *
   * A shared lock is granted when the exclusive lock has been released.
   */
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
