// wllama (llama.cpp in WebAssembly) behind the engine interface; runs in our worker. GGUF models on the processor, in any browser.

import { CacheManager, LoggerWithoutDebug, Wllama } from "../../vendor/wllama/index.js";
import { findEngines } from "./capabilities.js";
import { downloadGguf, noStorage } from "./downloads.js";
import { ResumingCache } from "./resuming.js";
import { EngineError } from "./errors.js";
import { downloading, starting } from "./progress.js";

const DEFAULT_CONTEXT = 2048;
const MB = 1_000_000;

export class WllamaBackend {
  #wllama = null;
  #stopping = null;

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
    const { wasm } = await findEngines();
    if (!wasm.available) throw new EngineError("engine_failed", wasm.reason);
    const context = this.model.context ?? DEFAULT_CONTEXT;
    await this.#open(wasm, {
      n_ctx: context,
      n_threads: wasm.threads,
      n_parallel: 1, // one request at a time: no part of the context set aside for others
      n_gpu_layers: 0, // where there is WebGPU, WebLLM uses it
      progressCallback: ({ loaded, total }) => onProgress(loaded < total ? downloading(loaded / MB, total / MB) : starting(total / MB)),
    });
    return { engine: "wllama", modelId: this.model.modelId, adapter: null, threads: this.#wllama.getNumThreads(), context };
  }

  async #open(wasm, options) {
    const url = new URL(this.model.url, self.location.origin).href;
    const keepsModels = Boolean(navigator.storage?.getDirectory);
    const cacheManager = keepsModels ? new ResumingCache() : new CacheManager([noStorage]);
    this.#wllama = new Wllama({ default: this.assets.wasmUrl }, { logger: quiet, suppressNativeLog: true, cacheManager });
    this.#wllama.setCompat(wasm.isCompat ? this.#compat() : null, "firefox_safari"); // else it asks a host of its own for that build
    if (keepsModels) return this.#wllama.loadModelFromUrl(url, options);
    return this.#wllama.loadModel(await downloadGguf(url, options.progressCallback), options);
  }

  #compat() {
    return { wasm: this.assets.compatWasmUrl, worker: this.assets.compatScriptUrl };
  }

  /** @returns {Promise<import("./index.js").Generated>} without `seconds` */
  async generate(messages, { schema, grammar, maxTokens, temperature, onText, signal }) {
    this.#stopping = new AbortController();
    if (signal.aborted) this.stop();
    const answer = { text: "", finishReason: "stop", promptTokens: 0, completionTokens: 0 };
    try {
      await this.#wllama.createChatCompletion({
        messages,
        stream: true,
        stream_options: { include_usage: true },
        max_tokens: maxTokens,
        temperature,
        ...responseFormat(schema, grammar),
        abortSignal: this.#stopping.signal,
        onData: (chunk) => read(chunk, answer, onText),
      });
    } catch (error) {
      if (!this.#stopping.signal.aborted) throw error;
      answer.finishReason = "abort";
    }
    return answer;
  }

  stop() {
    this.#stopping?.abort();
  }
}

const quiet = { ...LoggerWithoutDebug, log() {}, warn() {} };

function responseFormat(schema, grammar) {
  if (grammar) return { grammar };
  return schema ? { response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } } } : {};
}

function read(chunk, answer, onText) {
  const [choice] = chunk.choices ?? [];
  if (choice?.delta?.content) {
    answer.text += choice.delta.content;
    answer.completionTokens += 1;
    onText(choice.delta.content, answer.completionTokens);
  }
  if (choice?.finish_reason) answer.finishReason = choice.finish_reason;
  if (!chunk.usage) return;
  answer.promptTokens = chunk.usage.prompt_tokens;
  answer.completionTokens = chunk.usage.completion_tokens;
}
