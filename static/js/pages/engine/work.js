import { KeepAwake } from "./awake.js";

const NOTED_SECONDS = 3;

/** What is going on in this tab: it keeps the screen on, and tells when the tab was hidden meanwhile. Event: `hidden`. */
export class Work extends EventTarget {
  #going = new Set();
  #awake = new KeepAwake();
  #hiddenAt = null;

  constructor() {
    super();
    document.addEventListener("visibilitychange", () => (document.hidden ? (this.#hiddenAt = performance.now()) : this.#seen()));
  }

  /** @param {"load"|"write"} what @param {boolean} isGoing */
  set(what, isGoing) {
    if (isGoing) this.#going.add(what);
    else this.#going.delete(what);
    if (isGoing && !document.hidden) this.#hiddenAt = null;
    this.#awake.set(this.#going.size > 0);
  }

  #seen() {
    const seconds = this.#hiddenAt === null ? 0 : (performance.now() - this.#hiddenAt) / 1000;
    this.#hiddenAt = null;
    if (seconds >= NOTED_SECONDS && this.#going.size) this.dispatchEvent(new Event("hidden"));
  }
}
