import { EngineLock } from "./engine-lock.js";

/**
 * The engine of this tab, from the lock that it needs to its end.
 *
 * Events: `busy` and `idle`; `measured` (detail: {tokens, seconds}); `reloading`, when a lost one
 * is about to be loaded again; `lost` (detail: the error), when it is not; `released`, when another
 * tab took the lock; `other`, when what another tab does has changed.
 */
export class EngineManager extends EventTarget {
  /** @type {MonitoredEngine|null} */
  engine = null;
  /** Whether what was being written goes on: with the model loaded again, or in another tab. */
  isHandedOver = false;
  #lock;
  #abort = new AbortController();
  #wasReloaded = false;

  /** @param {string} user */
  constructor(user) {
    super();
    this.#lock = new EngineLock(user);
    this.#lock.addEventListener("other", () => this.#emit("other"));
    this.#lock.addEventListener("release-requested", () => this.#handOver());
    this.#lock.addEventListener("stolen", () => this.#handOver());
  }

  /** What the tab that has the engine does, or null. */
  get other() {
    return this.#lock.other;
  }

  refresh() {
    return this.#lock.refresh();
  }

  /** @param {import("./engine-lock.js").EngineStatus} status */
  broadcast(status) {
    this.#lock.broadcast(status);
  }

  /** Take the lock; the tab that has it leaves. */
  takeOver() {
    return this.#lock.takeOver();
  }

  /**
   * @param {import("./models.js").CatalogueModel} model @param {{onStart: () => void, onProgress:
   *   (progress: any) => void}} callbacks
   * @returns {Promise<MonitoredEngine|null>} null: another tab has the engine
   * @throws {import("../../engine/index.js").EngineError}
   */
  async load(model, { onStart, onProgress }) {
    if (!(await this.#lock.acquire())) return null;
    this.#abort = new AbortController();
    onStart();
    const { createEngine } = await import("../../engine/index.js");
    const engine = createEngine(model);
    try {
      await engine.load({
        onProgress,
        onLost: (error) => this.handleLoss(error),
        signal: this.#abort.signal,
      });
    } catch (error) {
      this.#lock.release();
      throw error;
    }
    return this.#setEngine(new MonitoredEngine(engine));
  }

  /** Stop loading. */
  cancel() {
    this.#abort.abort();
  }

  /** Unload, and let other tabs load. */
  async release() {
    await this.#unload();
    this.#lock.release();
  }

  /**
   * It broke. A lost graphics card is given one more chance, until the model has written again.
   * @param {Error & {code?: string}} error
   */
  async handleLoss(error) {
    if (!this.engine) return; // told twice: by the engine itself, and by whoever asked it
    this.isHandedOver = error.code === "device_lost" && !this.#wasReloaded;
    this.#wasReloaded = true;
    await this.#unload();
    if (this.isHandedOver) return this.#emit("reloading");
    this.#lock.release();
    this.#emit("lost", error);
  }

  #setEngine(engine) {
    this.engine = engine;
    this.isHandedOver = false;
    engine.addEventListener("busy", () => this.#emit("busy"));
    engine.addEventListener("idle", () => this.#emit("idle"));
    engine.addEventListener("measured", ({ detail }) => {
      this.#wasReloaded = false;
      this.#emit("measured", detail);
    });
    return engine;
  }

  /** Another tab writes from now on. */
  async #handOver() {
    this.isHandedOver = true;
    await this.release();
    this.#emit("released");
  }

  /**
   * Ends with a task of its own, in which the server has been told that what was being written
   * failed here.
   */
  async #unload() {
    this.cancel();
    const { engine } = this;
    this.engine = null;
    await engine?.unload().catch(() => {}); // it may be broken already
    await new Promise((resolve) => setTimeout(resolve));
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/**
 * A loaded engine, watched at its work: how fast it writes, and whether it writes at all.
 * Events: `busy` and `idle`; `measured` (detail: {tokens, seconds} since its first token).
 */
class MonitoredEngine extends EventTarget {
  #engine;
  #running = 0;

  /** @param {import("../../engine/index.js").Engine} engine */
  constructor(engine) {
    super();
    this.#engine = engine;
  }

  get facts() {
    return this.#engine.facts;
  }

  /** @type {import("../../engine/index.js").Engine["generate"]} */
  async generate(messages, options = {}) {
    let [first, last] = [null, null];
    const onToken = (token) => {
      [first, last] = [first ?? token, token];
      options.onToken?.(token);
    };
    this.#startRun();
    try {
      const answer = await this.#engine.generate(messages, { ...options, onToken });
      if (last)
        this.dispatchEvent(
          new CustomEvent("measured", {
            detail: { tokens: last.tokens - first.tokens, seconds: last.seconds - first.seconds },
          }),
        );
      return answer;
    } finally {
      this.#endRun();
    }
  }

  unload() {
    return this.#engine.unload();
  }

  #startRun() {
    if (++this.#running === 1) this.dispatchEvent(new Event("busy"));
  }

  #endRun() {
    if (--this.#running === 0) this.dispatchEvent(new Event("idle"));
  }
}
