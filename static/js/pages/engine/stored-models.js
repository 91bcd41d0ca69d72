import { gettext } from "../../client/i18n.js";
import { size } from "../lib/format.js";

/**
 * Return the models that are stored in this browser, by model ID.
 * @param {import("./models.js").CatalogueModel[]} models
 */
export async function storedByModel(models) {
  const { listStoredModels } = await import("../../engine/stored-models.js");
  // A storage that cannot be read is treated as empty.
  const storedModels = await listStoredModels(models).catch(() => []);
  return new Map(storedModels.map((stored) => [stored.modelId, stored]));
}

/**
 * Describe how much of a model is stored.
 * @param {import("../../engine/stored-models.js").StoredModel|undefined} stored
 * @param {{downloadMb: number|null}} model
 */
export function storedText(stored, { downloadMb }) {
  if (!stored) return "";
  if (stored.isComplete) return gettext("Kept in this browser.");
  const storedSize = size(stored.bytes / 1e6);
  const amount = downloadMb
    ? gettext("%(stored)s of %(total)s", { stored: storedSize, total: size(downloadMb) })
    : storedSize;
  return stored.engine === "webllm"
    ? gettext(
        "%(amount)s are here already: loading continues from there, but for parts that were on their way.",
        { amount },
      )
    : gettext("%(amount)s are here already: loading continues from there.", { amount });
}

/**
 * Request that the browser never deletes the models automatically.
 *
 * Firefox prompts the user for this, so call it only when there is something to store.
 */
export function requestPersistence() {
  navigator.storage?.persist?.().catch(() => {}); // models may be deleted when the disk is full
}
