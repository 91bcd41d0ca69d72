import { ENGINES } from "../../engine/engines.js";
import { EngineLock } from "./engine-lock.js";

/**
 * The engine of this tab and the lock that it needs.
 *
 * Events: `busy` and `idle`; `measured` (detail: {tokens, seconds}); `reloading`, when a lost
 * engine is about to be loaded again; `lost` (detail: the error), when it is not; `released`, when
 * another tab has taken the lock; `other`, when the status of another tab has changed.
 */
export class EngineManager extends EventTarget {
  /** @type {MonitoredEngine|null} */
  engine = null;
  /** True if the interrupted generation continues: in a reloaded model, or in another tab. */
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

  /** The status of the tab that owns the engine, or null. */
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

  /** Take the lock from the tab that owns it. */
  takeOver() {
    return this.#lock.takeOver();
  }

  /**
   * Load a model.
   * @param {import("./models.js").CatalogueModel} model @param {{onStart: () => void, onProgress:
   *   (progress: any) => void}} callbacks
   * @returns {Promise<MonitoredEngine|null>} null if another tab owns the engine
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

  /** Unload the engine, and release the lock for other tabs. */
  async release() {
    await this.#unload();
    this.#lock.release();
  }

  /**
   * Handle the loss of the engine.
   *
   * After the graphics card was lost, the model is loaded again once. Another reload is allowed
   * after the model has written again.
   * @param {Error & {code?: string}} error
   */
  async handleLoss(error) {
    if (!this.engine) return; // the engine and its caller both report the loss
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

  /** Release the engine, because another tab writes from now on. */
  async #handOver() {
    this.isHandedOver = true;
    await this.release();
    this.#emit("released");
  }

  /**
   * Unload the engine.
   *
   * This waits for a separate task, so that the server is notified first that the current
   * generation has failed here.
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

/** @typedef {{messages: {role: string, content: string}[], grammar: string}} WarmUpRequest */

/**
 * A loaded engine that reports when it writes and how fast.
 *
 * Events: `busy` and `idle`; `measured` (detail: {tokens, seconds} since the first token).
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

  /** True while a request is running or waiting. */
  get isBusy() {
    return this.#running > 0;
  }

  /**
   * Generate without reporting it. The caller must stop it at the next `busy`.
   * @type {import("../../engine/index.js").Engine["generate"]}
   */
  generateInBackground(messages, options) {
    return this.#engine.generate(messages, options);
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

  /**
   * Prepare the engine for its first request, which waits until this has finished.
   *
   * The engine compiles the grammar of the answer, and wllama reads the messages that all requests
   * for a kind of card start with. This takes seconds with a large vocabulary or on a slow
   * processor. Errors are ignored: the request fails with the same error.
   * @param {WarmUpRequest} request
   */
  warmUp({ messages, grammar }) {
    const { reusesPrompt } = ENGINES[this.facts.engine];
    const prompt = reusesPrompt ? messages : messages.slice(-1);
    this.#engine.generate(prompt, { grammar, maxTokens: 1, temperature: 0 }).catch(() => {});
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
