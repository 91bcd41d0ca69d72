import { action, announce, part, say, slot } from "../lib/dom.js";
import { advice } from "../lib/error-messages.js";
import { integer, percent, size } from "../lib/format.js";
import { modelFacts } from "./models.js";

const BADGES = {
  finding: "Looking",
  choosing: "Not loaded",
  loading: "Loading",
  ready: "Ready",
  failed: "Not loaded",
  elsewhere: "In another tab",
  away: "On another device",
};
const MAIN = { failed: "Try again", elsewhere: "Load here instead", away: "Write on this device" };
const SAID_EVERY = 0.25;

/** What the engine panel shows; it decides nothing. */
export class PanelView {
  #root;
  #said = 0;
  #meter = new DownloadMeter();

  /**
   * @param {HTMLElement} root
   * @param {Record<string, () => void>} actions what its buttons do, by data-action
   */
  constructor(root, actions) {
    this.#root = root;
    for (const [name, act] of Object.entries(actions))
      action(root, name).addEventListener("click", act);
  }

  get state() {
    return this.#root.dataset.state;
  }

  /**
   * What this browser offers, and what to do about what it lacks.
   * @param {{text: string, step: string}} words
   */
  engine({ text, step }) {
    say(this.#root, "engine", text);
    slot(this.#root, "step").textContent = step;
    part(this.#root, "remedy").hidden = !step;
  }

  /** @param {import("./models.js").CatalogueModel|null} model */
  model(model) {
    say(this.#root, "name", model?.name ?? "No model");
    say(this.#root, "facts", model ? modelFacts(model) : "");
    this.loaded("");
  }

  /** What of the model is here already. @param {string} words @param {{isWhole: boolean}} [kept] */
  kept(words, kept) {
    this.loaded(words);
    if (!MAIN[this.state])
      action(this.#root, "main").textContent =
        kept && !kept.isWhole ? "Go on loading" : "Load model";
  }

  /** @param {string} words */
  loaded(words) {
    say(this.#root, "loaded", words);
    say(this.#root, "rate", "");
  }

  /** @param {string} words shown until the state is another */
  note(words) {
    part(this.#root, "note").hidden = !words;
    slot(this.#root, "note").textContent = words;
  }

  /** Loading begins. */
  begin() {
    this.#said = 0;
    this.#meter = new DownloadMeter();
    slot(this.#root, "bar").removeAttribute("value");
    this.loaded("Starting");
  }

  /** @param {import("../../engine/progress.js").LoadProgress} progress */
  progress(progress) {
    const { fraction } = progress;
    const bar = slot(this.#root, "bar");
    if (fraction == null) bar.removeAttribute("value");
    else bar.value = fraction;
    say(this.#root, "loaded", progressWords(progress));
    say(this.#root, "rate", rateWords(this.#meter.add(progress, performance.now() / 1000)));
    if (fraction >= this.#said + SAID_EVERY)
      announce(`Loading the model: ${percent((this.#said = fraction))}`);
  }

  /** @param {{code?: string, message: string}} error */
  fail(error) {
    slot(this.#root, "failure").textContent = advice(error).text;
    this.show("failed");
  }

  /** @param {string} state @param {{said?: string, note?: string, canChoose?: boolean}} [more] */
  show(state, { said = "", note = "", canChoose = true } = {}) {
    this.#root.dataset.state = state;
    say(this.#root, "state", BADGES[state]);
    slot(this.#root, "state").dataset.tone =
      state === "ready" || state === "elsewhere" ? "good" : "";
    part(this.#root, "failure").hidden = state !== "failed";
    this.note(note);
    this.#showButtons(state);
    action(this.#root, "choose").disabled = action(this.#root, "stored").disabled = !canChoose;
    if (said) announce(said);
  }

  #showButtons(state) {
    const main = action(this.#root, "main");
    main.textContent = MAIN[state] ?? "Load model";
    main.hidden = state === "loading" || state === "ready";
    main.disabled = state === "finding";
    action(this.#root, "cancel-load").hidden = state !== "loading";
    action(this.#root, "choose").hidden = ["loading", "elsewhere", "away"].includes(state);
    action(this.#root, "away").hidden = !["choosing", "ready"].includes(state);
  }
}

/** Said while a lost engine is loaded again. */
export const MENDING =
  "The graphics card stopped working for this page. The model is being loaded again.";
/** Said to who comes back to this tab. */
export const HIDDEN =
  "This tab was in the background, where browsers slow it down. Keep it in front while the model works.";

/**
 * Why nothing is written here, or "".
 * @param {string} state @param {import("./engine-lock.js").Told|null} [other] what another tab does
 */
export function elsewhereWords(state, other = null) {
  if (state === "away")
    return "Another device of yours writes. Open MindFlip there, and load a model.";
  if (state !== "elsewhere") return "";
  const name = other?.name ?? "a model";
  return other?.state === "loading"
    ? `Another tab is loading ${name}, and will write for this one.`
    : `Another tab has ${name} loaded and writes for this one.`;
}

/**
 * What asking for cards will do.
 * @param {string} state @param {import("./models.js").CatalogueModel|null} model @param
 *   {import("./engine-lock.js").Told|null} other
 */
export function beforehand(state, model, other) {
  if (!model || state === "finding") return "";
  if (state === "ready") return `${model.name} is loaded.`;
  const elsewhere = elsewhereWords(state, other);
  return (
    elsewhere ||
    `Loads ${model.name} first${model.downloadMb ? `: ${size(model.downloadMb)}, then kept by this browser` : ""}.`
  );
}

const WINDOW_SECONDS = 10;
const LEAST_SECONDS = 1;
/** In the first moments what is kept already is counted up at once; that is no download. */
const SETTLING_SECONDS = 0.4;

/**
 * Short enough for one line, so that nothing moves.
 * @param {import("../../engine/progress.js").LoadProgress} progress
 */
export function progressWords({ phase, text, loadedMb, totalMb, fraction }) {
  if (phase === "start") return fraction == null ? text : `${text} · ${percent(fraction)}`;
  if (!loadedMb) return "Downloading";
  const total = totalMb ? ` of ${integer(totalMb)}` : "";
  const share = fraction == null ? "" : ` · ${percent(fraction)}`;
  return `Downloading ${integer(loadedMb)}${total} MB${share}`;
}

/**
 * How fast a download runs: over the last seconds, and never counting what was there before it
 * began.
 */
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
    while (this.#samples.length > 2 && sample.seconds - this.#samples[1].seconds >= WINDOW_SECONDS)
      this.#samples.shift();
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
