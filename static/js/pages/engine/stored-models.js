import { size } from "../lib/format.js";

/**
 * What the browser keeps of all models, by model id.
 * @param {import("./models.js").CatalogueModel[]} models
 */
export async function storedByModel(models) {
  const { listStoredModels } = await import("../../engine/stored-models.js");
  // a store that cannot be read keeps nothing for us
  const storedModels = await listStoredModels(models).catch(() => []);
  return new Map(storedModels.map((stored) => [stored.modelId, stored]));
}

/**
 * @param {import("../../engine/stored-models.js").StoredModel|undefined} stored
 * @param {{downloadMb: number|null}} model
 */
export function storedText(stored, { downloadMb }) {
  if (!stored) return "";
  if (stored.isComplete) return "Kept in this browser.";
  const of = downloadMb ? ` of ${size(downloadMb)}` : "";
  return `${size(stored.bytes / 1e6)}${of} are here already: loading goes on from there${stored.engine === "webllm" ? ", but for parts that were on their way" : ""}.`;
}

/**
 * Ask the browser never to clear the models away by itself. Firefox asks the person, so only when
 * there is something to keep.
 */
export function requestPersistence() {
  navigator.storage?.persist?.().catch(() => {}); // then it may clear them when the disk is full
}
