/** Keeps the screen on while there is work. Browsers take the lock back from a hidden tab, so it is asked for again when the tab is seen. */
export class KeepAwake {
  #lock = null;
  #isWanted = false;

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
    if (this.#lock || document.hidden || !navigator.wakeLock) return;
    try {
      const lock = (this.#lock = await navigator.wakeLock.request("screen"));
      lock.addEventListener("release", () => this.#lock === lock && (this.#lock = null));
      if (!this.#isWanted) this.#release(); // it was done meanwhile
    } catch {
      this.#lock = null; // a low battery, or the system does not want it: the screen may go off
    }
  }

  #release() {
    const lock = this.#lock;
    this.#lock = null;
    lock?.release().catch(() => {});
  }
}
