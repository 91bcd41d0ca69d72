import { api } from "../api.js";
import { integer, size } from "../format.js";

/**
 * @typedef {{modelId: string, name: string, engine: "webllm"|"wllama", downloadMb: number|null, vramMb: number|null,
 *   context: number|null, features: string[], isLocal: boolean, isDefault: boolean}} CatalogueModel
 * @typedef {Awaited<ReturnType<typeof import("../../engine/index.js").findEngines>>} Engines
 */

/** @returns {Promise<CatalogueModel[]>} */
export async function listModels() {
  return (await api.get("/api/webllm/models")).models;
}

/** Why a model cannot run in this browser, or null if it can. @param {CatalogueModel} model @param {Engines} engines */
export function obstacle(model, engines) {
  if (model.engine === "wllama") return engines.wasm.available ? null : "needs WebAssembly";
  if (!engines.webgpu.available) return "needs WebGPU";
  const there = new Set(engines.webgpu.adapter?.features ?? []);
  const missing = (model.features ?? []).filter((feature) => !there.has(feature));
  return missing.length ? `needs ${missing.join(", ")}, which this graphics card lacks` : null;
}

/** The model to begin with: the one last chosen, else a local one, WebLLM's before wllama's, the smallest first. */
export function defaultModel(models, engines, lastId) {
  const runnable = models.filter((model) => !obstacle(model, engines));
  return runnable.find((model) => model.modelId === lastId) ?? runnable.sort(byFit)[0] ?? null;
}

/** What runs comes first, then what is near, then what is small. @param {CatalogueModel[]} models @param {Engines} engines */
export function inOrder(models, engines) {
  const runs = (model) => (obstacle(model, engines) ? 1 : 0);
  return [...models].sort((a, b) => runs(a) - runs(b) || byFit(a, b));
}

/** @param {CatalogueModel} model */
export function modelFacts({ engine, downloadMb, vramMb, context }) {
  const parts = [engine === "webllm" ? "WebLLM" : "wllama"];
  if (downloadMb) parts.push(`${size(downloadMb)} download`);
  if (vramMb) parts.push(`${size(vramMb)} of memory`);
  if (context) parts.push(`reads ${integer(context)} tokens`);
  return parts.join(" · ");
}

/** What this browser offers, in words. @param {Engines} engines */
export function engineWords({ webgpu, wasm }) {
  const { vendor, architecture } = webgpu.adapter ?? {};
  const card = [vendor, architecture].filter(Boolean).join(" ");
  if (webgpu.available) return `WebGPU is there${card ? ` (${card})` : ""}, so models can run on the graphics card.`;
  const instead = wasm.available ? "Models run on the processor: slower, but in any browser." : "This browser cannot run a model. Use a current Chrome, Edge, Firefox or Safari.";
  return `${webgpu.reason ?? "WebGPU is not there."} ${instead}`;
}

function byFit(a, b) {
  return score(b) - score(a) || (a.downloadMb ?? Infinity) - (b.downloadMb ?? Infinity);
}

function score({ isLocal, engine, isDefault }) {
  return 4 * Number(isLocal) + 2 * Number(engine === "webllm") + Number(isDefault);
}

/** Where the loaded model runs, in words. @param {import("../../engine/index.js").EngineFacts} facts */
export function whereItRuns({ engine, threads }) {
  if (engine === "webllm") return "Runs on the graphics card.";
  return `Runs on the processor${threads > 1 ? ` with ${threads} threads` : ""}.`;
}
