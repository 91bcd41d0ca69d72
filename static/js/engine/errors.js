// What can go wrong in an engine, as a code for programs and a sentence for the person in front of the page.

/** @typedef {"webgpu_unavailable"|"model_unavailable"|"download_failed"|"out_of_memory"|"device_lost"|"aborted"|"context_exceeded"|"engine_failed"} EngineErrorCode */

const SENTENCES = {
  webgpu_unavailable: "This browser offers no WebGPU, which this model needs. Choose a model that runs with wllama.",
  model_unavailable: "The model is not there, or not complete. Choose another one.",
  download_failed: "The download of the model broke off. Check the network, then load it again.",
  out_of_memory: "The model needs more memory than this device gives the page. Close other tabs, or choose a smaller model.",
  device_lost: "The graphics card stopped working for this page, often because its memory ran out. Load the model again, or choose a smaller one.",
  aborted: "Loading was stopped.",
  context_exceeded: "The text is too long for this model. Shorten it, or choose a model with a longer context.",
  engine_failed: "The model could not go on.",
};

/** The codes of web-llm's own errors, by their names. */
const CODES_BY_NAME = {
  WebGPUNotAvailableError: "webgpu_unavailable",
  WebGPUNotFoundError: "webgpu_unavailable",
  ShaderF16SupportError: "webgpu_unavailable",
  FeatureSupportError: "webgpu_unavailable",
  ModelNotFoundError: "model_unavailable",
  MissingModelWasmError: "model_unavailable",
  DeviceLostError: "device_lost",
  ContextWindowSizeExceededError: "context_exceeded",
  AbortError: "aborted",
  WllamaAbortError: "aborted",
};

/** Codes by what the engines say; the first that fits counts. */
const CODES_BY_TEXT = [
  [/context window|exceeds? the available context|context size/i, "context_exceeded"],
  [/device (was |is )?lost|GPUDevice.*lost/i, "device_lost"],
  [/out of memory|allocation failed|\bOOM\b|could not allocate|memory access out of bounds/i, "out_of_memory"],
  [/HTTP 4\d\d|^Cannot fetch|'Cache': Request failed|not found|invalid gguf|failed to load model|magic/i, "model_unavailable"],
  [/failed to fetch|networkerror|network error|load failed|quota|HTTP 5\d\d/i, "download_failed"],
];

/** An error of an engine: `code` is one of EngineErrorCode, `message` a sentence, `cause` what the engine itself said. */
export class EngineError extends Error {
  /**
   * @param {EngineErrorCode} code
   * @param {string} [message]
   * @param {unknown} [cause]
   */
  constructor(code, message = SENTENCES[code], cause = undefined) {
    super(message, { cause });
    this.name = "EngineError";
    this.code = code;
  }
}

/**
 * Whatever an engine threw, as an EngineError. The engine's own words stay in `cause`.
 * @param {unknown} thrown
 * @returns {EngineError}
 */
export function asEngineError(thrown) {
  if (thrown instanceof EngineError) return thrown;
  const { name = "", message = String(thrown) } = thrown ?? {};
  const byText = CODES_BY_TEXT.find(([pattern]) => pattern.test(message));
  const code = CODES_BY_NAME[name] ?? byText?.[1] ?? "engine_failed";
  return new EngineError(code, SENTENCES[code], message);
}
