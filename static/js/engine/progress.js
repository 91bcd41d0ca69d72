// The progress of loading a model, in megabytes of 1,000,000 bytes.

import { gettext } from "../client/i18n.js";

/**
 * @typedef {{phase: "download"|"start", step?: "shaders", loadedMb: number, totalMb: number|null,
 *   fraction: number|null, text: string}} LoadProgress  `step` is a part of the phase that has its
 *   own text
 */

const TEXTS = {
  download: gettext("Downloading the model"),
  start: gettext("Starting the model"),
  shaders: gettext("Preparing the graphics card"),
};

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
  return withText({
    phase: "download",
    loadedMb: round(loadedMb),
    totalMb: round(total),
    fraction: total && loadedMb / total,
  });
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
  return withText({
    phase: "start",
    ...(step && { step }),
    loadedMb: round(totalMb) ?? 0,
    totalMb: round(totalMb),
    fraction,
  });
}

/**
 * Return the progress with its text.
 *
 * A worker has no translations, so the page replaces the text of the worker's progress.
 * @param {Omit<LoadProgress, "text">} progress
 * @returns {LoadProgress}
 */
export function withText(progress) {
  return { ...progress, text: TEXTS[progress.step ?? progress.phase] };
}

function round(megabytes) {
  return megabytes && Math.round(megabytes * 10) / 10;
}
