// How far loading is, in megabytes of 1,000,000 bytes.

/** @typedef {{phase: "download"|"start", loadedMb: number, totalMb: number|null, fraction: number|null, text: string}} LoadProgress */

const WEBLLM_REPORT = /(\d+)MB (fetched|loaded)/;
const MEBIBYTE = 1.048576;

/**
 * A report of web-llm's, which says MB (of 1024 × 1024 bytes) only in its text.
 * @param {{progress: number, text: string}} report
 * @param {number|null} totalMb  what the catalogue says
 * @returns {LoadProgress}
 */
export function inMegabytes(report, totalMb) {
  const said = WEBLLM_REPORT.exec(report.text);
  if (!said) return starting(report.text);
  const loadedMb = Number(said[1]) * MEBIBYTE;
  const fraction = Math.min(1, report.progress);
  const wholeMb = fraction > 0 ? loadedMb / fraction : totalMb;
  return said[2] === "fetched" ? downloading(loadedMb, wholeMb) : { ...downloading(loadedMb, wholeMb), ...phase("start", "Loading the model") };
}

/**
 * @param {number} loadedMb
 * @param {number|null} totalMb
 * @returns {LoadProgress}
 */
export function downloading(loadedMb, totalMb) {
  const total = totalMb ? Math.max(totalMb, loadedMb) : null;
  const fraction = total ? loadedMb / total : null;
  return { ...phase("download", "Downloading the model"), loadedMb: round(loadedMb), totalMb: total && round(total), fraction };
}

/** @returns {LoadProgress} */
export function starting(text = "Starting the model") {
  return { ...phase("start", text), loadedMb: 0, totalMb: null, fraction: null };
}

function phase(name, text) {
  return { phase: name, text };
}

function round(megabytes) {
  return Math.round(megabytes * 10) / 10;
}
