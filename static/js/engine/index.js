// Language models in the browser: the engines behind one interface, each in a Web Worker.

import { ENGINES } from "./engines.js";
import { WorkerEngine } from "./worker-engine.js";

export { findEngines } from "./capabilities.js";
export { EngineError } from "./errors.js";

/**
 * @typedef {{engine: string, modelId: string, adapter:
 *   import("./capabilities.js").Adapter|null, threads: number, context: number|null}} EngineFacts
 *
 * @typedef {{promptTokens: number, completionTokens: number, seconds: number}} Usage
 * @typedef {{text: string, finishReason: "stop"|"length"|"abort", usage: Usage}} Generated
 *
 * @typedef {object} GenerateOptions
 * @property {object} [schema]       a JSON schema that the answer must match
 * @property {string} [grammar]      a grammar that is used instead of the schema, in the subset
 *   that XGrammar's EBNF and llama.cpp's GBNF share
 * @property {number} [maxTokens]
 * @property {number} [temperature]
 * @property {number} [repetitionPenalty]  above 1, tokens that were already written are less likely
 * @property {(token: {text: string, tokens: number, seconds: number}) => void} [onToken]  called
 *   with new text and the totals so far
 * @property {AbortSignal} [signal]  stops the model; the answer is then the text so far, with the
 *   finishReason "abort"
 *
 * @typedef {object} Engine
 * @property {EngineFacts|null} facts  null while no model is loaded
 * @property {(options?: {onProgress?: (progress: import("./progress.js").LoadProgress) => void,
 *   onLost?: (error: EngineError) => void, signal?: AbortSignal}) => Promise<void>} load  `onLost`
 *   is called when the graphics card is lost, even between requests
 * @property {(messages: {role: string, content: string}[], options?: GenerateOptions) =>
 *   Promise<Generated>} generate  requests run one after another
 * @property {() => Promise<void>} unload  frees the memory; a running request fails with code
 *   "aborted"
 */

/**
 * Create an engine for one model of the catalogue, without loading it.
 *
 * Everything that the engine throws is an EngineError.
 * @param {import("./models.js").CatalogueModel} model
 * @returns {Engine}
 */
export function createEngine(model) {
  // These URLs contain content hashes. They are resolved here, because a worker has no import map.
  const assets = Object.entries(ENGINES[model.engine].assets);
  return new WorkerEngine(model, {
    workerUrl: import.meta.resolve("mindflip/engine/worker.js"),
    ...Object.fromEntries(assets.map(([key, name]) => [key, import.meta.resolve(name)])),
  });
}
