/** How long a free seat may take to be had, and a tab to leave it when asked. */
const FREE_MS = 1500;
const LEAVE_MS = 4000;

/**
 * @typedef {{state: string, modelId: string|null, name: string|null}} Told what a tab says of its
 *   engine
 */

/**
 * The one place for an engine among all tabs of a user in this browser. A Web Lock says whose it
 * is, and goes back by itself when its tab is closed; a channel says what that tab does. Without
 * locks (a page over plain http) every tab has a place of its own.
 *
 * Events: `other`, when what another tab does has changed; `wanted`, when another tab asks for the
 * place; `robbed`, when it took it.
 */
export class EngineSeat extends EventTarget {
  /** @type {Told|null} what the tab that has the place does; null while none other has it */
  other = null;
  #name;
  #locks;
  #channel;
  #release = null;
  #held = Promise.resolve();
  /** Until this, the lock that is seen is our own. */
  #left = Promise.resolve();
  #told = null;
  #isWatching = false;

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
    this.#channel.addEventListener("message", ({ data }) => this.#hear(data));
  }

  get isMine() {
    return !this.#locks || this.#release !== null;
  }

  /** Find out who has the place. */
  async look() {
    if (this.isMine || !(await this.#isTaken())) return;
    this.#channel.postMessage({ type: "who" });
    this.#hearOf(this.other ?? { state: "loading", modelId: null, name: null });
  }

  /** Have the place if it is free. @returns {Promise<boolean>} */
  async take() {
    if (this.isMine) return true;
    await this.#left;
    if (await this.#isTaken()) return false;
    return this.#ask({ signal: AbortSignal.timeout(FREE_MS) });
  }

  /** Have the place, whoever has it: asked first, for then what is written there goes on here. */
  async takeOver() {
    if (this.isMine) return;
    this.#channel.postMessage({ type: "wanted" });
    if (!(await this.#ask({ signal: AbortSignal.timeout(LEAVE_MS) })))
      await this.#ask({ steal: true });
  }

  /** Give the place back. */
  leave() {
    if (!this.#release) return;
    this.#told = null;
    this.#release();
    this.#release = null;
    this.#left = this.#held;
    this.#left.then(() => this.look());
  }

  /** Say what the engine in the place does. @param {Told} told */
  tell(told) {
    if (!this.#release) return;
    this.#told = told;
    this.#channel.postMessage({ type: "told", told });
  }

  #hear({ type, told }) {
    if (type === "told") this.#hearOf(told);
    if (type === "who" && this.#told) this.tell(this.#told);
    if (type === "wanted" && this.#release) this.dispatchEvent(new Event("wanted"));
  }

  #hearOf(told) {
    if (this.#release) return;
    this.other = told;
    this.#watch();
    this.dispatchEvent(new Event("other"));
  }

  /** Resolves when the lock is held; it is held until `leave`. */
  #ask(options) {
    return new Promise((resolve) => {
      const hold = () => new Promise((release) => resolve(this.#sit(release)));
      this.#held = this.#locks
        .request(this.#name, options, hold)
        .catch(() => (this.#release ? this.#stand() : resolve(false)));
    });
  }

  #sit(release) {
    this.#release = release;
    this.other = null;
    return true;
  }

  /** Another tab could not wait. */
  #stand() {
    this.#release = null;
    this.#told = null;
    this.dispatchEvent(new Event("robbed"));
  }

  /** A shared lock is given when nobody has the exclusive one any more: then the place is free. */
  async #watch() {
    if (this.#isWatching) return;
    this.#isWatching = true;
    await this.#locks.request(this.#name, { mode: "shared" }, () => {});
    this.#isWatching = false;
    if (await this.#isTaken()) return;
    this.other = null;
    this.dispatchEvent(new Event("other"));
  }

  async #isTaken() {
    const { held = [] } = await this.#locks.query();
    return held.some(({ name, mode }) => name === this.#name && mode === "exclusive");
  }
}
