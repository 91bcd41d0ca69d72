// The page's side of an engine: it owns the worker, and gives up on it when it must.

import { EngineError } from "./errors.js";

/** A model in a worker of its own; see index.js for the contract. */
export class RemoteEngine {
  #worker = null;
  #call = null;
  #queue = Promise.resolve();
  #facts = null;
  #onLost = () => {};

  /**
   * @param {import("./models.js").CatalogueModel} model
   * @param {{workerUrl: string, [asset: string]: string}} assets
   */
  constructor(model, assets) {
    this.model = model;
    this.assets = assets;
  }

  get facts() {
    return this.#facts;
  }

  async load({ onProgress = () => {}, onLost = () => {}, signal } = {}) {
    this.#end();
    this.#onLost = onLost;
    if (signal?.aborted) throw new EngineError("aborted");
    const giveUp = () => this.#end(new EngineError("aborted"));
    signal?.addEventListener("abort", giveUp);
    try {
      this.#start();
      this.#facts = await this.#ask(
        { type: "load", model: this.model, assets: this.assets },
        { progress: onProgress },
      );
    } catch (error) {
      this.#end();
      throw error;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  generate(messages, options = {}) {
    const turn = this.#queue.then(() => this.#generateNow(messages, options));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async unload() {
    this.#end(new EngineError("aborted", "The model was unloaded."));
  }

  async #generateNow(messages, { onToken = () => {}, signal, ...options }) {
    if (!this.#facts) throw new EngineError("engine_failed", "No model is loaded. Load one first.");
    if (signal?.aborted) return nothing();
    const worker = this.#worker;
    const stop = () => worker.postMessage({ type: "stop" });
    signal?.addEventListener("abort", stop);
    try {
      return await this.#ask({ type: "generate", messages, options }, { token: onToken });
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  #start() {
    const worker = new Worker(this.assets.workerUrl, { type: "module", name: "engine" });
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = (event) =>
      this.#end(new EngineError("engine_failed", undefined, event.message));
    this.#worker = worker;
  }

  /** One call at a time; `listeners` get what the worker tells meanwhile, by its type. */
  #ask(message, listeners) {
    return new Promise((resolve, reject) => {
      this.#call = { resolve, reject, listeners };
      this.#worker.postMessage(message);
    });
  }

  #hear({ type, result, error, ...told }) {
    if (type === "done") return this.#settle((call) => call.resolve(result));
    if (type === "failed")
      return this.#settle((call) =>
        call.reject(new EngineError(error.code, error.message, error.cause)),
      );
    if (type === "lost") return this.#lose(new EngineError(error.code, error.message, error.cause));
    return this.#call?.listeners[type]?.(told[type]);
  }

  /** Told even when nothing was running, for then no call fails. */
  #lose(error) {
    const wasLoaded = this.#facts !== null;
    this.#end(error);
    if (wasLoaded) this.#onLost(error);
  }

  #settle(how) {
    const call = this.#call;
    this.#call = null;
    if (call) how(call);
  }

  /**
   * Without a worker nothing of the model is left: its memory, its threads and its hold on the
   * graphics card go with it.
   */
  #end(reason = new EngineError("engine_failed")) {
    this.#worker?.terminate();
    this.#worker = null;
    this.#facts = null;
    this.#settle((call) => call.reject(reason));
  }
}

function nothing() {
  return {
    text: "",
    finishReason: "abort",
    usage: { promptTokens: 0, completionTokens: 0, seconds: 0 },
  };
}
