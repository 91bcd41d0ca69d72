// Codes of the errors that engines throw: this project's own engines, WebLLM's MLCEngine, and
// llama.cpp in WebAssembly (wllama).

/**
 * @typedef {"webgpu_unavailable"|"model_unavailable"|"download_failed"|"download_offline"|
 *   "host_unreachable"|"storage_full"|"out_of_memory"|"device_lost"|"aborted"|"context_exceeded"|
 *   "engine_failed"} EngineErrorCode
 */

/** Codes of errors after which a model must be loaded again. */
export const RELOAD_CODES = new Set([
  "device_lost",
  "out_of_memory",
  "webgpu_unavailable",
  "model_unavailable",
  "aborted",
]);

const CODE_LENGTH = 40; // maximum length of a code in a message to the server

/**
 * Codes by the names of the engines' and the browser's errors. WebLLM unloads its model when the
 * device is lost, so its errors about a model that is not loaded mean `device_lost`.
 */
const CODES_BY_NAME = {
  WebGPUNotAvailableError: "webgpu_unavailable",
  WebGPUNotFoundError: "webgpu_unavailable",
  ShaderF16SupportError: "webgpu_unavailable",
  FeatureSupportError: "webgpu_unavailable",
  ModelNotFoundError: "model_unavailable",
  MissingModelError: "model_unavailable",
  MissingModelWasmError: "model_unavailable",
  IntegrityError: "model_unavailable",
  DeviceLostError: "device_lost",
  ModelNotLoadedError: "device_lost",
  SpecifiedModelNotFoundError: "device_lost",
  WorkerEngineModelNotLoadedError: "device_lost",
  ContextWindowSizeExceededError: "context_exceeded",
  QuotaExceededError: "storage_full",
  AbortError: "aborted",
  WllamaAbortError: "aborted",
};

/**
 * Codes by patterns in the engines' error messages. The first match wins.
 * @type {[RegExp, EngineErrorCode][]}
 */
const CODES_BY_TEXT = [
  [/context window|exceeds? the available context|context size/i, "context_exceeded"],
  [/device (was |is )?lost|GPUDevice.*lost/i, "device_lost"],
  [
    /out of memory|allocation failed|\bOOM\b|could not allocate|memory access out of bounds/i,
    "out_of_memory",
  ],
  [
    /HTTP 4\d\d|^Cannot fetch|'Cache': Request failed|not found|invalid gguf|failed to load model|magic/i,
    "model_unavailable",
  ],
  [/quota/i, "storage_full"],
  [
    /failed to fetch|networkerror when|load failed|Cache\.add\(\) encountered a network error/i,
    "host_unreachable",
  ],
  [/network ?error|error in (body|input) stream|HTTP 5\d\d/i, "download_failed"],
];

/**
 * Return the code of an error that an engine threw.
 *
 * The error's own `code` is used if it is a string of at most 40 characters. (The `code` of a
 * DOMException is a number.) Otherwise, the name or the message determines the code.
 * @param {any} thrown
 * @returns {string} one of EngineErrorCode, or the engine's own
 */
export function engineErrorCode(thrown) {
  const { code, name = "", message = String(thrown) } = thrown ?? {};
  if (typeof code === "string" && 0 < code.length && code.length <= CODE_LENGTH) return code;
  const byText = CODES_BY_TEXT.find(([pattern]) => pattern.test(message));
  return CODES_BY_NAME[name] ?? byText?.[1] ?? "engine_failed";
}
