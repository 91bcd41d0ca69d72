// wllama (llama.cpp in WebAssembly) behind the engine interface. It runs in the engine worker and
// uses GGUF models on the processor, in any browser.

import { CacheManager, LoggerWithoutDebug, Wllama } from "../../vendor/wllama/index.js";
import { addChunk, emptyAnswer, streamRequest } from "./answer.js";
import { detectWasm } from "./capabilities.js";
import { downloadGguf, noStorage, ResumableCache } from "./download.js";
import { EngineError } from "./errors.js";
import { downloading, starting } from "./progress.js";

const DEFAULT_CONTEXT = 2048;
const MB = 1_000_000;

/**
 * One model on the processor.
 *
 * Call `load` first, then `generate` for one request at a time. `stop` ends the current request.
 */
export class WllamaBackend {
  #wllama = null;
  #abort = null;

  /**
   * @param {import("./models.js").CatalogueModel} model
   * @param {{assets: {wasmUrl: string, compatWasmUrl: string, compatScriptUrl: string}}} given
   */
  constructor(model, { assets }) {
    this.model = model;
    this.assets = assets;
  }

  /** @returns {Promise<import("./index.js").EngineFacts>} */
  async load({ onProgress }) {
    const wasm = detectWasm();
    if (!wasm.available) throw new EngineError("engine_failed", { reason: "no_webassembly" });
    const context = this.model.context ?? DEFAULT_CONTEXT;
    await this.#open(wasm, {
      n_ctx: context,
      n_threads: wasm.threads,
      n_parallel: 1, // one request at a time gets the whole context
      n_gpu_layers: 0, // WebGPU is left to WebLLM
      progressCallback: ({ loaded, total }) =>
        onProgress(loaded < total ? downloading(loaded / MB, total / MB) : starting(total / MB)),
    });
    return {
      engine: "wllama",
      modelId: this.model.modelId,
      adapter: null,
      threads: this.#wllama.getNumThreads(),
      context,
    };
  }

  async #open(wasm, options) {
    const url = new URL(this.model.url, self.location.origin).href;
    const hasStorage = Boolean(navigator.storage?.getDirectory);
    const cacheManager = hasStorage ? new ResumableCache() : new CacheManager([noStorage]);
    this.#wllama = new Wllama(
      { default: this.assets.wasmUrl },
      { logger: quietLogger, suppressNativeLog: true, cacheManager },
    );
    // By default, wllama would fetch the compatibility build from a CDN.
    this.#wllama.setCompat(wasm.isCompat ? this.#compat() : null, "firefox_safari");
    if (hasStorage) return this.#wllama.loadModelFromUrl(url, options);
    return this.#wllama.loadModel(await downloadGguf(url, options.progressCallback), options);
  }

  #compat() {
    return { wasm: this.assets.compatWasmUrl, worker: this.assets.compatScriptUrl };
  }

  /** @returns {Promise<import("./answer.js").Answer>} */
  async generate(messages, { schema, grammar, onText, signal, ...options }) {
    this.#abort = new AbortController();
    if (signal.aborted) this.stop();
    const answer = emptyAnswer();
    const onData = (chunk) => addChunk(chunk, answer, onText);
    const request = {
      ...streamRequest(messages, options),
      repeat_penalty: options.repetitionPenalty, // the name in llama.cpp
      ...responseFormat(schema, grammar),
      timings_per_token: true,
      abortSignal: this.#abort.signal,
      onData,
    };
    try {
      await this.#wllama.createChatCompletion(request);
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error;
      answer.finishReason = "abort";
    }
    return answer;
  }

  stop() {
    this.#abort?.abort();
  }
}

const quietLogger = { ...LoggerWithoutDebug, log() {}, warn() {} };

function responseFormat(schema, grammar) {
  if (grammar) return { grammar };
  return schema
    ? {
        response_format: {
          type: "json_schema",
          json_schema: { name: "answer", schema, strict: true },
        },
      }
    : {};
}
