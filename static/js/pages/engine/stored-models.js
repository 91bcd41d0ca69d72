import { size } from "../lib/format.js";

/**
 * What the browser keeps of all models, by model id.
 * @param {import("./models.js").CatalogueModel[]} models
 */
export async function keptByModel(models) {
  const { listKept } = await import("../../engine/stored-models.js");
  // a store that cannot be read keeps nothing for us
  const kept = await listKept(models).catch(() => []);
  return new Map(kept.map((one) => [one.modelId, one]));
}

/**
 * @param {import("../../engine/stored-models.js").Kept|undefined} kept
 * @param {{downloadMb: number|null}} model
 */
export function keptWords(kept, { downloadMb }) {
  if (!kept) return "";
  if (kept.isWhole) return "Kept in this browser.";
  const of = downloadMb ? ` of ${size(downloadMb)}` : "";
  return `${size(kept.bytes / 1e6)}${of} are here already: loading goes on from there${kept.engine === "webllm" ? ", but for parts that were on their way" : ""}.`;
}

/**
 * Ask the browser never to clear the models away by itself. Firefox asks the person, so only when
 * there is something to keep.
 */
export function askToKeep() {
  navigator.storage?.persist?.().catch(() => {}); // then it may clear them when the disk is full
}
