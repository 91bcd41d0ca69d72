// Language models in this browser: WebLLM and wllama behind one interface, each in a Web Worker.

import { WorkerEngine } from "./worker-engine.js";

export { findEngines } from "./capabilities.js";
export { EngineError } from "./errors.js";

/**
 * @typedef {{engine: "webllm"|"wllama", modelId: string, adapter:
 *   import("./capabilities.js").Adapter|null, threads: number, context: number|null}} EngineFacts
 *
 * @typedef {{promptTokens: number, completionTokens: number, seconds: number}} Usage
 * @typedef {{text: string, finishReason: "stop"|"length"|"abort", usage: Usage}} Generated
 *
 * @typedef {object} GenerateOptions
 * @property {object} [schema]       JSON schema that the answer must fit
 * @property {string} [grammar]      the same as a grammar, used instead: in the subset that
 *   XGrammar's EBNF and llama.cpp's GBNF share
 * @property {number} [maxTokens]
 * @property {number} [temperature]
 * @property {(token: {text: string, tokens: number, seconds: number}) => void} [onToken]  new text,
 *   and the running totals
 * @property {AbortSignal} [signal]  stops it; the answer is then what there is, with finishReason
 *   "abort"
 *
 * @typedef {object} Engine
 * @property {EngineFacts|null} facts  null while no model is loaded
 * @property {(options?: {onProgress?: (progress: import("./progress.js").LoadProgress) => void,
 *   onLost?: (error: EngineError) => void, signal?: AbortSignal}) => Promise<void>} load  `onLost`:
 *   the graphics card is gone, also between requests
 * @property {(messages: {role: string, content: string}[], options?: GenerateOptions) =>
 *   Promise<Generated>} generate  requests run one after the other
 * @property {() => Promise<void>} unload  frees the memory; a running request fails with code
 *   "aborted"
 */

/**
 * An engine for one model of the catalogue; nothing is loaded yet. Everything it throws is an
 * EngineError.
 * @param {import("./models.js").CatalogueModel} model
 * @returns {Engine}
 */
export function createEngine(model) {
  // addresses with content hashes, which only the page's import map knows: a worker has no import
  // map
  return new WorkerEngine(model, {
    workerUrl: import.meta.resolve("mindflip/engine/worker.js"),
    wasmUrl: import.meta.resolve("mindflip/wllama.wasm"),
    compatWasmUrl: import.meta.resolve("mindflip/wllama-compat.wasm"),
    compatScriptUrl: import.meta.resolve("mindflip/wllama-compat.js"),
  });
}
