import { gettext, ngettext } from "../../client/i18n.js";
import { ENGINES } from "../../engine/engines.js";
import { api } from "../lib/api.js";
import { size } from "../lib/format.js";

/**
 * @typedef {{modelId: string, name: string, engine: string, downloadMb: number|null,
 *   vramMb: number|null, bufferMb: number|null, context: number|null, features: string[], url:
 *   string, library: string|null, isLocal: boolean, isDefault: boolean, checksAnswers: boolean}}
 *   CatalogueModel
 * @typedef {Awaited<ReturnType<typeof import("../../engine/index.js").findEngines>>} Engines
 */

/**
 * Return the models of the catalogue whose engines this page knows.
 *
 * While the server is upgraded, its list may have engines that an open page does not know.
 * @returns {Promise<CatalogueModel[]>}
 */
export async function listModels() {
  const { models } = await api.get("/api/webllm/models");
  return models.filter(({ engine }) => Object.hasOwn(ENGINES, engine));
}

/**
 * Return the model to request when another device writes.
 * @param {CatalogueModel[]} models
 * @returns {CatalogueModel|undefined}
 */
export function fallbackModel(models) {
  return models.find(({ isDefault }) => isDefault) ?? models[0];
}

/**
 * Return why a model cannot run in this browser, or null if it can.
 * @param {CatalogueModel} model
 * @param {Engines} engines
 */
export function obstacle(model, engines) {
  const { needs, obstacle: text } = ENGINES[model.engine];
  if (!engines[needs].available) return text;
  const supported = new Set(engines.webgpu.adapter?.features ?? []);
  const missing = (model.features ?? []).filter((feature) => !supported.has(feature));
  if (!missing.length) return null;
  return gettext("needs %(features)s, which this graphics card lacks", {
    features: missing.join(", "),
  });
}

/** Return the model to start with: the last chosen one, or the one with the highest rank. */
export function defaultModel(models, engines, lastId) {
  const runnable = models.filter((model) => !obstacle(model, engines));
  const compare = (a, b) =>
    rank(b, engines) - rank(a, engines) || (a.downloadMb ?? Infinity) - (b.downloadMb ?? Infinity);
  return runnable.find((model) => model.modelId === lastId) ?? runnable.sort(compare)[0] ?? null;
}

/**
 * Return a model's rank.
 *
 * Local models rank first, then models that run on a graphics card, then the default model. WebGPU
 * without a graphics card (in software) does not count.
 * @param {CatalogueModel} model
 * @param {Engines} engines
 */
export function rank({ isLocal, engine, isDefault }, { webgpu }) {
  const isQuick = ENGINES[engine].needs === "webgpu" && !webgpu.adapter?.isSoftware;
  return 4 * Number(isLocal) + 2 * Number(isQuick) + Number(isDefault);
}

/** Return a line with a model's properties. @param {CatalogueModel} model */
export function modelFacts({ engine, downloadMb, vramMb, context }) {
  const parts = [ENGINES[engine].name];
  if (downloadMb) parts.push(gettext("%(size)s download", { size: size(downloadMb) }));
  if (vramMb) parts.push(gettext("%(size)s of memory", { size: size(vramMb) }));
  if (context) parts.push(ngettext("reads %(count)s token", "reads %(count)s tokens", context));
  return parts.join(" · ");
}

/**
 * Describe which engines this browser supports, and what to do if it lacks one.
 * @param {Engines} engines @returns {{text: string, step: string}}
 */
export function engineText({ webgpu, wasm }) {
  const { vendor, architecture, isSoftware } = webgpu.adapter ?? {};
  const card = [vendor, architecture].filter(Boolean).join(" ");
  if (isSoftware) return { text: webgpu.reason, step: webgpu.step };
  if (webgpu.available)
    return {
      text: card
        ? gettext("WebGPU is there (%(card)s), so models can run on the graphics card.", { card })
        : gettext("WebGPU is there, so models can run on the graphics card."),
      step: "",
    };
  return { text: wasmText(wasm), step: `${webgpu.reason} ${webgpu.step}` };
}

function wasmText({ available, isCompat }) {
  if (!available)
    return gettext(
      "This browser cannot run a model at all. Use a current Chrome, Edge, Firefox or Safari, or let another device write.",
    );
  return isCompat
    ? gettext(
        "Models run on the processor. That is wllama in its build for Safari and older browsers: the slowest way, for small models.",
      )
    : gettext(
        "Models run on the processor. That is wllama: slower than a graphics card, but it runs in any current browser.",
      );
}

/**
 * Describe where the loaded model runs.
 * @param {import("../../engine/index.js").EngineFacts} facts
 */
export function whereItRuns({ engine, threads }) {
  if (ENGINES[engine].needs === "webgpu") return gettext("Runs on the graphics card.");
  return threads > 1
    ? ngettext(
        "Runs on the processor with %(count)s thread.",
        "Runs on the processor with %(count)s threads.",
        threads,
      )
    : gettext("Runs on the processor.");
}
