/**
 * Requests of pages without an engine. Another tab or device of the user generates their cards.
 */
import { gettext } from "../../client/i18n.js";
import { fallbackModel, listModels } from "../engine/models.js";
import { getModelId } from "../engine/preferences.js";
import { createClient, loadClient } from "./client.js";
import { connectionText, waitingText } from "./prompt.js";

/** @typedef {import("../../client/index.js").WebLLMClient} WebLLMClient */

/** @type {Promise<WebLLMClient>|null} */
let clientPromise = null;

/**
 * Return the page's client, for the model that the user chose last.
 * @returns {Promise<WebLLMClient>}
 * @throws errors with a code
 */
export function getClient() {
  clientPromise ??= connectClient();
  clientPromise.catch(() => (clientPromise = null));
  return clientPromise;
}

async function connectClient() {
  const [library, modelId] = await Promise.all([
    loadClient(),
    getModelId() ?? listModels().then((models) => fallbackModel(models)?.modelId),
  ]);
  if (!modelId) throw errorWithCode("model_unavailable", gettext("This server offers no model."));
  return createClient(library, modelId);
}

/**
 * Return the result of a call, and report until then what the call is waiting for.
 * @param {WebLLMClient} client
 * @param {import("../../client/call.js").Call} call
 * @param {(text: string, waiting?: {status: string, place: number}) => void} onStatus
 */
export function waitForResult(client, call, onStatus) {
  const listeners = new AbortController();
  const on = (name, listener) =>
    client.addEventListener(name, ({ detail }) => listener(detail), { signal: listeners.signal });
  on("waiting", (detail) => detail.call === call && onStatus(waitingText(detail), detail));
  on("connection", (detail) => detail.state === "down" && onStatus(connectionText(detail)));
  return call.result.finally(() => listeners.abort());
}

/** @param {string} code @param {string} message @returns {Error & {code: string}} */
export function errorWithCode(code, message) {
  return Object.assign(new Error(message), { code });
}
