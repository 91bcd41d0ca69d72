import { gettext, pgettext } from "../../client/i18n.js";
import { action, announce, part, setText, slot } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { integer, percent, size, tenths } from "../lib/format.js";
import { modelFacts } from "./models.js";

const BADGES = {
  detecting: pgettext("state of the model", "Looking"),
  idle: gettext("Not loaded"),
  loading: pgettext("state of the model", "Loading"),
  ready: pgettext("state of the model", "Ready"),
  failed: gettext("Not loaded"),
  otherTab: gettext("In another tab"),
  otherDevice: gettext("On another device"),
};
const MAIN_LABELS = {
  failed: gettext("Try again"),
  otherTab: gettext("Load here instead"),
  otherDevice: gettext("Write on this device"),
};
const ANNOUNCE_STEP = 0.25;

/** The view of the engine panel, without its logic. */
export class PanelView {
  #root;
  #announcedFraction = 0;
  #meter = new DownloadMeter();

  /**
   * @param {HTMLElement} root
   * @param {Record<string, () => void>} actions the buttons' listeners, by data-action
   */
  constructor(root, actions) {
    this.#root = root;
    for (const [name, listener] of Object.entries(actions))
      action(root, name).addEventListener("click", listener);
  }

  get state() {
    return this.#root.dataset.state;
  }

  /**
   * Show which engines this browser supports, and what to do if it lacks one.
   * @param {{text: string, step: string}} words
   */
  showEngine({ text, step }) {
    setText(this.#root, "engine", text);
    slot(this.#root, "step").textContent = step;
    part(this.#root, "troubleshooting").hidden = !step;
  }

  /** @param {import("./models.js").CatalogueModel|null} model */
  showModel(model) {
    setText(this.#root, "name", model?.name ?? gettext("No model"));
    setText(this.#root, "details", model ? modelFacts(model) : "");
    this.showLoaded("");
  }

  /**
   * Show how much of the model is stored in this browser.
   * @param {string} text @param {{isComplete: boolean}} [stored]
   */
  showStored(text, stored) {
    this.showLoaded(text);
    if (!MAIN_LABELS[this.state])
      action(this.#root, "main").textContent =
        stored && !stored.isComplete ? gettext("Go on loading") : gettext("Load model");
  }

  /** @param {string} text */
  showLoaded(text) {
    setText(this.#root, "load-status", text);
    setText(this.#root, "rate", "");
  }

  /** Show a note until the state changes. @param {string} text */
  showNote(text) {
    part(this.#root, "notice").hidden = !text;
    slot(this.#root, "notice").textContent = text;
  }

  /** Show that loading has started. */
  showLoading() {
    this.#announcedFraction = 0;
    this.#meter = new DownloadMeter();
    slot(this.#root, "progress").removeAttribute("value");
    this.showLoaded(pgettext("state of the model", "Starting"));
  }

  /** @param {import("../../engine/progress.js").LoadProgress} progress */
  showProgress(progress) {
    const { fraction } = progress;
    const bar = slot(this.#root, "progress");
    if (fraction == null) bar.removeAttribute("value");
    else bar.value = fraction;
    setText(this.#root, "load-status", progressText(progress));
    setText(this.#root, "rate", rateText(this.#meter.add(progress, performance.now() / 1000)));
    if (fraction >= this.#announcedFraction + ANNOUNCE_STEP) {
      this.#announcedFraction = fraction;
      announce(gettext("Loading the model: %(percent)s", { percent: percent(fraction) }));
    }
  }

  /** @param {{code?: string, message: string}} error */
  showError(error) {
    slot(this.#root, "failure").textContent = describeError(error).text;
    this.showState("failed");
  }

  /**
   * @param {string} state
   * @param {{announcement?: string, note?: string, canChoose?: boolean}} [more]
   */
  showState(state, { announcement = "", note = "", canChoose = true } = {}) {
    this.#root.dataset.state = state;
    setText(this.#root, "state", BADGES[state]);
    slot(this.#root, "state").dataset.tone =
      state === "ready" || state === "otherTab" ? "good" : "";
    part(this.#root, "failure").hidden = state !== "failed";
    this.showNote(note);
    this.#showButtons(state);
    action(this.#root, "choose").disabled = action(this.#root, "stored-models").disabled =
      !canChoose;
    if (announcement) announce(announcement);
  }

  #showButtons(state) {
    const main = action(this.#root, "main");
    main.textContent = MAIN_LABELS[state] ?? gettext("Load model");
    main.hidden = state === "loading" || state === "ready";
    main.disabled = state === "detecting";
    action(this.#root, "cancel-load").hidden = state !== "loading";
    action(this.#root, "choose").hidden = ["loading", "otherTab", "otherDevice"].includes(state);
    action(this.#root, "use-other-device").hidden = !["idle", "ready"].includes(state);
  }
}

/** The message that is shown while a lost engine is loaded again. */
export const RELOADING = gettext(
  "The graphics card stopped working for this page. The model is being loaded again.",
);
/** The message for users who return to this tab. */
export const TAB_HIDDEN = gettext(
  "This tab was in the background, where browsers slow it down. Keep it in front while the model works.",
);

/**
 * Return a text about the other tab or device that writes the cards, or "" if there is none.
 * @param {string} state
 * @param {import("./engine-lock.js").EngineStatus|null} [other] the status of another tab
 */
export function otherEngineText(state, other = null) {
  if (state === "otherDevice")
    return gettext("Another device of yours writes. Open MindFlip there, and load a model.");
  if (state !== "otherTab") return "";
  const model = other?.name;
  if (other?.state === "loading")
    return model
      ? gettext("Another tab is loading %(model)s, and will write for this one.", { model })
      : gettext("Another tab is loading a model, and will write for this one.");
  return model
    ? gettext("Another tab has %(model)s loaded and writes for this one.", { model })
    : gettext("Another tab has a model loaded and writes for this one.");
}

/**
 * Describe what a request for cards will do.
 * @param {string} state @param {import("./models.js").CatalogueModel|null} model @param
 *   {import("./engine-lock.js").EngineStatus|null} other
 */
export function requestHint(state, model, other) {
  if (!model || state === "detecting") return "";
  if (state === "ready") return gettext("%(model)s is loaded.", { model: model.name });
  return otherEngineText(state, other) || loadHint(model);
}

function loadHint({ name, downloadMb }) {
  return downloadMb
    ? gettext("Loads %(model)s first: %(size)s, then kept by this browser.", {
        model: name,
        size: size(downloadMb),
      })
    : gettext("Loads %(model)s first.", { model: name });
}

/** The length of the window over which the download rate is measured. */
const WINDOW_SECONDS = 10;
const MIN_SECONDS = 1;
/** Seconds at the start in which stored parts are reported, which do not count as downloaded. */
const SETTLING_SECONDS = 0.4;

/**
 * Return the progress as text that fits on one line, so that the layout does not shift.
 * @param {import("../../engine/progress.js").LoadProgress} progress
 */
export function progressText(progress) {
  const { phase, loadedMb, fraction } = progress;
  if (phase === "download" && !loadedMb) return pgettext("state of the model", "Downloading");
  const text = phase === "start" ? startText(progress) : downloadText(progress);
  return fraction == null ? text : `${text} · ${percent(fraction)}`;
}

function startText({ step }) {
  return step === "shaders"
    ? gettext("Preparing the graphics card")
    : gettext("Starting the model");
}

function downloadText({ loadedMb, totalMb }) {
  return totalMb
    ? gettext("Downloading %(loaded)s of %(total)s MB", {
        loaded: integer(loadedMb),
        total: integer(totalMb),
      })
    : gettext("Downloading %(loaded)s MB", { loaded: integer(loadedMb) });
}

/**
 * Measures the rate of a download over the last 10 seconds, without the parts that were stored
 * before.
 */
export class DownloadMeter {
  #samples = [];
  #startedAt = null;

  /**
   * Add a progress report.
   * @param {{phase: string, loadedMb: number, totalMb: number|null}} progress
   * @param {number} seconds  the time of any monotonic clock
   * @returns {{rate: number, secondsLeft: number|null}|null} `rate` in MB per second; null if it
   *   cannot be measured yet
   */
  add({ phase, loadedMb, totalMb }, seconds) {
    if (phase !== "download") return null;
    this.#addSample({ loadedMb, seconds });
    const [first] = this.#samples;
    const passed = seconds - first.seconds;
    const rate = passed < MIN_SECONDS ? 0 : (loadedMb - first.loadedMb) / passed;
    return rate > 0 ? { rate, secondsLeft: totalMb ? (totalMb - loadedMb) / rate : null } : null;
  }

  #addSample(sample) {
    this.#startedAt ??= sample.seconds;
    if (sample.seconds - this.#startedAt < SETTLING_SECONDS) this.#samples = [];
    this.#samples.push(sample);
    while (this.#samples.length > 2 && sample.seconds - this.#samples[1].seconds >= WINDOW_SECONDS)
      this.#samples.shift();
  }
}

/** @param {{rate: number, secondsLeft: number|null}|null} speed */
export function rateText(speed) {
  if (!speed) return "";
  const rate = gettext("%(rate)s MB/s", { rate: tenths(speed.rate) });
  if (speed.secondsLeft === null) return rate;
  const left = gettext("%(time)s left", { time: timeText(speed.secondsLeft) });
  return `${rate} · ${left}`;
}

/** @param {number} seconds */
export function timeText(seconds) {
  if (seconds < 55) return gettext("%(number)s s", { number: Math.max(1, Math.ceil(seconds)) });
  if (seconds < 3570) return gettext("%(number)s min", { number: Math.ceil(seconds / 60) });
  return gettext("%(number)s h", { number: tenths(seconds / 3600) });
}
