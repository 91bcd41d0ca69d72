import { integer, percent } from "../format.js";

const WINDOW_SECONDS = 10;
const LEAST_SECONDS = 1;
/** In the first moments what is kept already is counted up at once; that is no download. */
const SETTLING_SECONDS = 0.4;

/** Short enough for one line, so that nothing moves. @param {import("../../engine/progress.js").LoadProgress} progress */
export function progressWords({ phase, text, loadedMb, totalMb, fraction }) {
  if (phase === "start") return fraction == null ? text : `${text} · ${percent(fraction)}`;
  if (!loadedMb) return "Downloading";
  const total = totalMb ? ` of ${integer(totalMb)}` : "";
  const share = fraction == null ? "" : ` · ${percent(fraction)}`;
  return `Downloading ${integer(loadedMb)}${total} MB${share}`;
}

/** How fast a download runs: over the last seconds, and never counting what was there before it began. */
export class DownloadMeter {
  #samples = [];
  #begunAt = null;

  /**
   * @param {{phase: string, loadedMb: number, totalMb: number|null}} progress
   * @param {number} seconds  on any clock that only goes forward
   * @returns {{rate: number, secondsLeft: number|null}|null} MB a second; null: too early to say
   */
  add({ phase, loadedMb, totalMb }, seconds) {
    if (phase !== "download") return null;
    this.#take({ loadedMb, seconds });
    const [first] = this.#samples;
    const passed = seconds - first.seconds;
    const rate = passed < LEAST_SECONDS ? 0 : (loadedMb - first.loadedMb) / passed;
    return rate > 0 ? { rate, secondsLeft: totalMb ? (totalMb - loadedMb) / rate : null } : null;
  }

  #take(sample) {
    this.#begunAt ??= sample.seconds;
    if (sample.seconds - this.#begunAt < SETTLING_SECONDS) this.#samples = [];
    this.#samples.push(sample);
    while (this.#samples.length > 2 && sample.seconds - this.#samples[1].seconds >= WINDOW_SECONDS) this.#samples.shift();
  }
}

/** @param {{rate: number, secondsLeft: number|null}|null} speed */
export function rateWords(speed) {
  if (!speed) return "";
  const left = speed.secondsLeft === null ? "" : ` · ${timeWords(speed.secondsLeft)} left`;
  return `${speed.rate.toFixed(1)} MB/s${left}`;
}

/** @param {number} seconds */
export function timeWords(seconds) {
  if (seconds < 55) return `${Math.max(1, Math.ceil(seconds))} s`;
  if (seconds < 3570) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
