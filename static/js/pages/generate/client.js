import { ApiError, UNREACHABLE } from "../../client/errors.js";
import { api } from "../lib/api.js";
import { read, write } from "../lib/storage.js";

const store = {
  read: (modelId) => read(`session:${modelId}`),
  write: (modelId, session) => write(`session:${modelId}`, session),
  forget: (modelId) => write(`session:${modelId}`, null),
};

/**
 * The client library, loaded when cards are asked for and not before: a first page stays light.
 * @throws {ApiError}
 */
export async function loadClient() {
  try {
    return await import("../../client/index.js");
  } catch {
    throw new ApiError(UNREACHABLE);
  }
}

/**
 * A client without an engine so far, in the session that this tab has for the model.
 * @param {typeof import("../../client/index.js")} library @param {string} modelId
 */
export function createClient({ Sessions, WebLLMClient }, modelId) {
  return new WebLLMClient(null, modelId, { rest: api, sessions: new Sessions(api, store) });
}
