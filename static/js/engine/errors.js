// The errors of engines, with a code for programs and a message for users.

import { engineErrorCode } from "../client/engine-errors.js";

/** @typedef {import("../client/engine-errors.js").EngineErrorCode} EngineErrorCode */

const MESSAGES = {
  webgpu_unavailable: "This browser offers no WebGPU, which this model needs.",
  model_unavailable: "The model is not there, or not complete.",
  download_failed: "The download of the model broke off.",
  download_offline: "This device is offline, so the model cannot be downloaded.",
  host_unreachable: "This server does not answer, so the model cannot be downloaded.",
  storage_full: "The browser's storage is full, so the model cannot be kept.",
  out_of_memory: "The model needs more memory than this device gives the page.",
  device_lost:
    "The graphics card stopped working for this page, often because its memory ran out. Load the model again, or choose a smaller one.",
  aborted: "Loading was stopped.",
  context_exceeded:
    "The text is too long for this model: shorten it, or choose a model with a larger context.",
  engine_failed: "The model could not go on.",
};

/**
 * An error of an engine.
 *
 * `code` is one of EngineErrorCode, `message` is for users, and `cause` is the engine's own
 * message.
 */
export class EngineError extends Error {
  /**
   * @param {EngineErrorCode} code
   * @param {string} [message]
   * @param {unknown} [cause]
   */
  constructor(code, message = MESSAGES[code], cause = undefined) {
    super(message, { cause });
    this.name = "EngineError";
    this.code = code;
  }
}

/**
 * Convert anything that an engine threw to an EngineError, with the engine's message in `cause`.
 * @param {unknown} thrown
 * @param {{isOnline?: boolean, host?: string}} [place]  whether the device is online, and the host
 *   of the model if it is not this server
 * @returns {EngineError}
 */
export function asEngineError(thrown, { isOnline = true, host = "" } = {}) {
  if (thrown instanceof EngineError) return thrown;
  const thrownCode = engineErrorCode(thrown);
  const code = offlineCode(thrownCode in MESSAGES ? thrownCode : "engine_failed", isOnline);
  return new EngineError(code, messageFor(code, host), thrown?.message ?? String(thrown));
}

function offlineCode(code, isOnline) {
  return !isOnline && (code === "host_unreachable" || code === "download_failed")
    ? "download_offline"
    : code;
}

function messageFor(code, host) {
  if (code === "host_unreachable" && host)
    return `${host} does not answer, or this network does not let you through to it.`;
  return MESSAGES[code];
}
