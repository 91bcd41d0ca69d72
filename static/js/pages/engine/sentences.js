import { size } from "../format.js";

/** Said while a lost engine is loaded again. */
export const MENDING = "The graphics card stopped working for this page. The model is being loaded again.";
/** Said to who comes back to this tab. */
export const HIDDEN = "This tab was in the background, where browsers slow it down. Keep it in front while the model works.";

/**
 * Why nothing is written here, or "".
 * @param {string} state @param {import("./seat.js").Told|null} [other] what another tab does
 */
export function elsewhereWords(state, other = null) {
  if (state === "away") return "Another device of yours writes. Open MindFlip there, and load a model.";
  if (state !== "elsewhere") return "";
  const name = other?.name ?? "a model";
  return other?.state === "loading" ? `Another tab is loading ${name}, and will write for this one.` : `Another tab has ${name} loaded and writes for this one.`;
}

/**
 * What asking for cards will do.
 * @param {string} state @param {import("./models.js").CatalogueModel|null} model @param {import("./seat.js").Told|null} other
 */
export function beforehand(state, model, other) {
  if (!model || state === "finding") return "";
  if (state === "ready") return `${model.name} is loaded.`;
  const elsewhere = elsewhereWords(state, other);
  return elsewhere || `Loads ${model.name} first${model.downloadMb ? `: ${size(model.downloadMb)}, then kept by this browser` : ""}.`;
}
