/**
 * Return the code of an error that an engine threw.
 *
 * The error's own `code` is used if it is a string of at most 40 characters. (The `code` of a
 * DOMException is a number.) Otherwise, the name or the message determines the code.
 * @param {any} thrown
 * @returns {string} one of EngineErrorCode, or the engine's own
 */
export function engineErrorCode(thrown: any): string;
/**
 * @typedef {"webgpu_unavailable"|"model_unavailable"|"download_failed"|"download_offline"|
 *   "host_unreachable"|"storage_full"|"out_of_memory"|"device_lost"|"aborted"|"context_exceeded"|
 *   "engine_failed"} EngineErrorCode
 */
/** Codes of errors after which a model must be loaded again. */
export const RELOAD_CODES: Set<string>;
export type EngineErrorCode = "webgpu_unavailable" | "model_unavailable" | "download_failed" | "download_offline" | "host_unreachable" | "storage_full" | "out_of_memory" | "device_lost" | "aborted" | "context_exceeded" | "engine_failed";
