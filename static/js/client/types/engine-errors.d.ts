/**
 * Return the code of whatever an engine threw: its own `code` if that is a text (a DOMException has
 * a number), else by its name or message.
 * @param {any} thrown
 * @returns {string} one of EngineErrorCode, or the engine's own
 */
export function engineErrorCode(thrown: any): string;
/**
 * @typedef {"webgpu_unavailable"|"model_unavailable"|"download_failed"|"download_offline"|
 *   "host_unreachable"|"storage_full"|"out_of_memory"|"device_lost"|"aborted"|"context_exceeded"|
 *   "engine_failed"} EngineErrorCode
 */
/** Errors after which a model must be loaded again. */
export const RELOAD_CODES: Set<string>;
export type EngineErrorCode = "webgpu_unavailable" | "model_unavailable" | "download_failed" | "download_offline" | "host_unreachable" | "storage_full" | "out_of_memory" | "device_lost" | "aborted" | "context_exceeded" | "engine_failed";
