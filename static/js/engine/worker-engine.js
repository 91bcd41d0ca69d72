// The page's side of an engine, which owns the worker and terminates it when necessary.

import { EngineError } from "./errors.js";

/** An engine whose model runs in its own worker. See index.js for the interface. */
export class WorkerEngine {
  #worker = null;
  #pending = null;
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
    this.#terminate();
    this.#onLost = onLost;
    if (signal?.aborted) throw new EngineError("aborted");
    const cancel = () => this.#terminate(new EngineError("aborted"));
    signal?.addEventListener("abort", cancel);
    try {
      this.#start();
      this.#facts = await this.#request(
        { type: "load", model: this.model, assets: this.assets },
        { progress: onProgress },
      );
    } catch (error) {
      this.#terminate();
      throw error;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  generate(messages, options = {}) {
    const run = this.#queue.then(() => this.#generateNow(messages, options));
    this.#queue = run.catch(() => {});
    return run;
  }

  async unload() {
    this.#terminate(new EngineError("aborted", { reason: "unloaded" }));
  }

  async #generateNow(messages, { onToken = () => {}, signal, ...options }) {
    if (!this.#facts) throw new EngineError("engine_failed", { reason: "not_loaded" });
    if (signal?.aborted) return emptyResult();
    const worker = this.#worker;
    const stop = () => worker.postMessage({ type: "stop" });
    signal?.addEventListener("abort", stop);
    try {
      return await this.#request({ type: "generate", messages, options }, { token: onToken });
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  #start() {
    const worker = new Worker(this.assets.workerUrl, { type: "module", name: "engine" });
    worker.onmessage = ({ data }) => this.#handleMessage(data);
    worker.onerror = (event) =>
      this.#terminate(new EngineError("engine_failed", undefined, event.message));
    this.#worker = worker;
  }

  /**
   * Send a request to the worker, one at a time.
   *
   * Until the worker has finished, its other messages are passed to `listeners`, by type.
   */
  #request(message, listeners) {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject, listeners };
      this.#worker.postMessage(message);
    });
  }

  #handleMessage({ type, result, error, ...payload }) {
    if (type === "done") return this.#settle((call) => call.resolve(result));
    if (type === "failed")
      return this.#settle((call) =>
        call.reject(new EngineError(error.code, error.details, error.cause)),
      );
    if (type === "lost")
      return this.#handleLoss(new EngineError(error.code, error.details, error.cause));
    return this.#pending?.listeners[type]?.(payload[type]);
  }

  /**
   * Terminate the worker, and call `onLost` if a model was loaded.
   *
   * The callback is needed because no request fails if none was running.
   */
  #handleLoss(error) {
    const wasLoaded = this.#facts !== null;
    this.#terminate(error);
    if (wasLoaded) this.#onLost(error);
  }

  #settle(settle) {
    const call = this.#pending;
    this.#pending = null;
    if (call) settle(call);
  }

  /**
   * Terminate the worker, and reject the pending request.
   *
   * This frees the model's memory, its threads and the graphics card.
   */
  #terminate(reason = new EngineError("engine_failed")) {
    this.#worker?.terminate();
    this.#worker = null;
    this.#facts = null;
    this.#settle((call) => call.reject(reason));
  }
}

function emptyResult() {
  return {
    text: "",
    finishReason: "abort",
    usage: { promptTokens: 0, completionTokens: 0, seconds: 0 },
  };
}
