import { announce } from "../announce.js";
import { action, part, say, slot } from "../dom.js";
import { percent } from "../format.js";
import { advice } from "../words.js";
import { DownloadMeter, progressWords, rateWords } from "./loading.js";
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

  /** @param {HTMLElement} root @param {Record<string, () => void>} actions what its buttons do, by data-action */
  constructor(root, actions) {
    this.#root = root;
    for (const [name, act] of Object.entries(actions)) action(root, name).addEventListener("click", act);
  }

  get state() {
    return this.#root.dataset.state;
  }

  /** What this browser offers, and what to do about what it lacks. @param {{text: string, step: string}} words */
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
    if (!MAIN[this.state]) action(this.#root, "main").textContent = kept && !kept.isWhole ? "Go on loading" : "Load model";
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
    if (fraction >= this.#said + SAID_EVERY) announce(`Loading the model: ${percent((this.#said = fraction))}`);
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
    slot(this.#root, "state").dataset.tone = state === "ready" || state === "elsewhere" ? "good" : "";
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
