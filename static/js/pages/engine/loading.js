import { integer, percent } from "../format.js";

/** Short enough for one line, so that nothing moves. @param {import("../../engine/progress.js").LoadProgress} progress */
export function progressWords({ phase, loadedMb, totalMb, fraction }) {
  const doing = phase === "start" ? "Starting" : "Downloading";
  if (!loadedMb) return doing;
  const total = totalMb ? ` of ${integer(totalMb)}` : "";
  const share = fraction == null ? "" : ` · ${percent(fraction)}`;
  return `${doing} ${integer(loadedMb)}${total} MB${share}`;
}
