// The errors of engines, with a code for programs and a message for users.

import { engineErrorCode } from "../client/engine-errors.js";
import { gettext } from "../client/i18n.js";
import { explainWebGPU } from "./webgpu-check.js";

/**
 * @typedef {import("../client/engine-errors.js").EngineErrorCode} EngineErrorCode
 * @typedef {object} Details  values for the message, without which the code determines it
 * @property {"no_webassembly"|"not_loaded"|"unloaded"} [reason]
 * @property {string} [host]  the host of the model if it is not this server
 * @property {string[]} [missingFeatures]  features that the graphics card lacks
 * @property {import("./webgpu-check.js").WebGPUFacts} [webgpu]
 */

const MESSAGES = {
  webgpu_unavailable: gettext("This browser offers no WebGPU, which this model needs."),
  model_unavailable: gettext("The model is not there, or not complete."),
  download_failed: gettext("The download of the model broke off."),
  download_offline: gettext("This device is offline, so the model cannot be downloaded."),
  host_unreachable: gettext("This server does not answer, so the model cannot be downloaded."),
  storage_full: gettext("The browser's storage is full, so the model cannot be kept."),
  out_of_memory: gettext("The model needs more memory than this device gives the page."),
  device_lost: gettext(
    "The graphics card stopped working for this page, often because its memory ran out. Load the model again, or choose a smaller one.",
  ),
  aborted: gettext("Loading was stopped."),
  context_exceeded: gettext(
    "The text is too long for this model: shorten it, or choose a model with a larger context.",
  ),
  engine_failed: gettext("The model could not go on."),
};
const REASONS = {
  no_webassembly: gettext("This browser has no WebAssembly."),
  not_loaded: gettext("No model is loaded. Load one first."),
  unloaded: gettext("The model was unloaded."),
};

/**
 * An error of an engine.
 *
 * `code` is one of EngineErrorCode, `message` is for users, and `cause` is the engine's own
 * message. A worker has no translations, so the page creates the error again from the worker's
 * `code` and `details`.
 */
export class EngineError extends Error {
  /**
   * @param {EngineErrorCode} code
   * @param {Details} [details]
   * @param {unknown} [cause]
   */
  constructor(code, details = {}, cause = undefined) {
    super(messageFor(code, details), { cause });
    this.name = "EngineError";
    this.code = code;
    this.details = details;
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
  return new EngineError(code, { host }, thrown?.message ?? String(thrown));
}

function offlineCode(code, isOnline) {
  return !isOnline && (code === "host_unreachable" || code === "download_failed")
    ? "download_offline"
    : code;
}

/** @param {EngineErrorCode} code @param {Details} details */
function messageFor(code, { reason, host, missingFeatures, webgpu }) {
  if (webgpu) return explainWebGPU(webgpu).message;
  if (missingFeatures)
    return gettext("This graphics card lacks %(features)s, which this model needs.", {
      features: missingFeatures.join(", "),
    });
  if (code === "host_unreachable" && host)
    return gettext("%(host)s does not answer, or this network does not let you through to it.", {
      host,
    });
  return REASONS[reason] ?? MESSAGES[code];
}
