// What can go wrong in an engine, as a code for programs and a sentence for the person in front of the page.

/** @typedef {"webgpu_unavailable"|"model_unavailable"|"download_failed"|"download_offline"|"host_unreachable"|"storage_full"|"out_of_memory"|"device_lost"|"aborted"|"context_exceeded"|"engine_failed"} EngineErrorCode */

const SENTENCES = {
  webgpu_unavailable: "This browser offers no WebGPU, which this model needs.",
  model_unavailable: "The model is not there, or not complete.",
  download_failed: "The download of the model broke off.",
  download_offline: "This device is offline, so the model cannot be downloaded.",
  host_unreachable: "This server does not answer, so the model cannot be downloaded.",
  storage_full: "The browser's storage is full, so the model cannot be kept.",
  out_of_memory: "The model needs more memory than this device gives the page.",
  device_lost: "The graphics card stopped working for this page, often because its memory ran out. Load the model again, or choose a smaller one.",
  aborted: "Loading was stopped.",
  context_exceeded: "The text is too long for this model.",
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
  QuotaExceededError: "storage_full",
  AbortError: "aborted",
  WllamaAbortError: "aborted",
};

/** Codes by what the engines say; the first that fits counts. */
const CODES_BY_TEXT = [
  [/context window|exceeds? the available context|context size/i, "context_exceeded"],
  [/device (was |is )?lost|GPUDevice.*lost/i, "device_lost"],
  [/out of memory|allocation failed|\bOOM\b|could not allocate|memory access out of bounds/i, "out_of_memory"],
  [/HTTP 4\d\d|^Cannot fetch|'Cache': Request failed|not found|invalid gguf|failed to load model|magic/i, "model_unavailable"],
  [/quota/i, "storage_full"],
  [/failed to fetch|networkerror when|load failed|Cache\.add\(\) encountered a network error/i, "host_unreachable"],
  [/network ?error|error in (body|input) stream|HTTP 5\d\d/i, "download_failed"],
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
 * @param {{isOnline?: boolean, host?: string}} [place]  whether the device is online, and the host of the model if that is not this server
 * @returns {EngineError}
 */
export function asEngineError(thrown, { isOnline = true, host = "" } = {}) {
  if (thrown instanceof EngineError) return thrown;
  const { name = "", message = String(thrown) } = thrown ?? {};
  const byText = CODES_BY_TEXT.find(([pattern]) => pattern.test(message));
  const code = whereOffline(CODES_BY_NAME[name] ?? byText?.[1] ?? "engine_failed", isOnline);
  return new EngineError(code, sentence(code, host), message);
}

function whereOffline(code, isOnline) {
  return !isOnline && (code === "host_unreachable" || code === "download_failed") ? "download_offline" : code;
}

function sentence(code, host) {
  if (code === "host_unreachable" && host) return `${host} does not answer, or this network does not let you through to it.`;
  return SENTENCES[code];
}
