// The worker's side of an engine, which runs one model and one call at a time. The page's side is
// worker-engine.js.

import { ENGINES } from "./engines.js";
import { asEngineError } from "./errors.js";

let backend = null;
let host = "";
let abort = null;

const calls = { load, generate };

self.onmessage = async ({ data }) => {
  if (data.type === "stop") return stop();
  try {
    self.postMessage({ type: "done", result: await calls[data.type](data) });
  } catch (error) {
    postFailure("failed", error);
  }
};

async function load({ model, assets }) {
  const onProgress = (progress) => self.postMessage({ type: "progress", progress });
  const { host: modelHost } = new URL(model.url, self.location.origin);
  host = modelHost === self.location.host ? "" : modelHost;
  // Each engine is megabytes of code, so only the one that is used is fetched.
  const Backend = await ENGINES[model.engine].importBackend();
  backend = new Backend(model, { assets, onLost: (error) => postFailure("lost", error) });
  return backend.load({ onProgress });
}

async function generate({ messages, options }) {
  const startedAt = performance.now();
  const seconds = () => Math.round(performance.now() - startedAt) / 1000;
  abort = new AbortController();
  const onText = (text, tokens) =>
    self.postMessage({ type: "token", token: { text, tokens, seconds: seconds() } });
  const answer = await backend.generate(messages, { ...options, onText, signal: abort.signal });
  const { text, finishReason, promptTokens, completionTokens } = answer;
  return { text, finishReason, usage: { promptTokens, completionTokens, seconds: seconds() } };
}

function stop() {
  abort?.abort();
  backend?.stop();
}

function postFailure(type, thrown) {
  const { code, details, cause } = asEngineError(thrown, { isOnline: navigator.onLine, host });
  self.postMessage({
    type,
    error: { code, details, cause: cause === undefined ? undefined : String(cause) },
  });
}
