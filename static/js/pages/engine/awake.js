/** Keeps the screen on while there is work. Browsers take the lock back from a hidden tab, so it is asked for again when the tab is seen. */
export class KeepAwake {
  #lock = null;
  #isWanted = false;
  #isAsking = false;

  constructor() {
    document.addEventListener("visibilitychange", () => this.#follow());
  }

  /** @param {boolean} isWorking */
  set(isWorking) {
    this.#isWanted = isWorking;
    this.#follow();
  }

  async #follow() {
    if (!this.#isWanted) return this.#release();
    if (this.#lock || this.#isAsking || document.hidden || !navigator.wakeLock) return;
    this.#isAsking = true;
    this.#lock = await navigator.wakeLock.request("screen").catch(() => null); // a low battery: the screen may go off
    this.#isAsking = false;
    this.#lock?.addEventListener("release", ({ target }) => this.#lock === target && (this.#lock = null));
    if (!this.#isWanted) this.#release(); // it was done meanwhile
  }

  #release() {
    const lock = this.#lock;
    this.#lock = null;
    lock?.release().catch(() => {});
  }
}
