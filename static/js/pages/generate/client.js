import { ApiError, UNREACHABLE } from "../../client/errors.js";
import { api } from "../lib/api.js";
import { read, write } from "../lib/storage.js";

const PREFIX = "session:";
const store = {
  read: (modelId) => read(`${PREFIX}${modelId}`),
  write: (modelId, session) => write(`${PREFIX}${modelId}`, session),
  forget: (modelId) => write(`${PREFIX}${modelId}`, null),
};

/** @type {typeof import("../../client/index.js")|null} */
let library = null;

/**
 * Load the client library. It is loaded on first use to keep the page small.
 *
 * The module is kept, because `import` waits for a task even if the module is loaded, and the
 * browser can draw a frame before that task.
 * @throws {ApiError}
 */
export async function loadClient() {
  try {
    library ??= await import("../../client/index.js");
    return library;
  } catch {
    throw new ApiError(UNREACHABLE);
  }
}

/**
 * Return a client without an engine that uses this tab's session for the model.
 * @param {typeof import("../../client/index.js")} library
 * @param {string} modelId
 */
export function createClient({ Sessions, WebLLMClient }, modelId) {
  return new WebLLMClient(null, modelId, { rest: api, sessions: new Sessions(api, store) });
}
