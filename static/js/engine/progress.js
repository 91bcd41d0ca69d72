// The progress of loading a model, in megabytes of 1,000,000 bytes.

/**
 * @typedef {{phase: "download"|"start", step?: "shaders", loadedMb: number, totalMb: number|null,
 *   fraction: number|null}} LoadProgress  `step` is a part of the start that has its own text
 */

const MOVED = /(\d+)MB (fetched|loaded)/;
const SHADERS = /GPU shader modules/;
const MEBIBYTE = 1.048576;

/**
 * Convert a progress report of web-llm, which contains MB (1024 × 1024 bytes) only in its text.
 * @param {{progress: number, text: string}} report
 * @param {number|null} totalMb  the size in the catalogue
 * @returns {LoadProgress}
 */
export function inMegabytes({ progress, text }, totalMb) {
  const match = MOVED.exec(text);
  const fraction = Math.min(1, progress);
  if (!match)
    return SHADERS.test(text) ? starting(totalMb, fraction, "shaders") : starting(totalMb);
  const movedMb = Number(match[1]) * MEBIBYTE;
  const wholeMb = fraction > 0 ? movedMb / fraction : totalMb;
  return match[2] === "fetched" ? downloading(movedMb, wholeMb) : starting(wholeMb, fraction);
}

/**
 * Return the progress of a download.
 * @param {number} loadedMb
 * @param {number|null} totalMb
 * @returns {LoadProgress}
 */
export function downloading(loadedMb, totalMb) {
  const total = totalMb ? Math.max(totalMb, loadedMb) : null;
  return {
    phase: "download",
    loadedMb: round(loadedMb),
    totalMb: round(total),
    fraction: total && loadedMb / total,
  };
}

/**
 * Return the progress after the download, while the model starts.
 *
 * `fraction` is null if the engine does not report it.
 * @param {number|null} totalMb
 * @param {number|null} [fraction]
 * @param {"shaders"} [step]
 * @returns {LoadProgress}
 */
export function starting(totalMb, fraction = null, step = undefined) {
  return { phase: "start", step, loadedMb: round(totalMb) ?? 0, totalMb: round(totalMb), fraction };
}

function round(megabytes) {
  return megabytes && Math.round(megabytes * 10) / 10;
}
