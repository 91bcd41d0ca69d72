import { announce } from "../announce.js";
import { action, part, say, slot } from "../dom.js";
import { percent } from "../format.js";
import { advice } from "../words.js";
import { modelFacts } from "./models.js";
import { progressWords } from "./loading.js";

const BADGES = { finding: "Looking", choosing: "Not loaded", loading: "Loading", ready: "Ready", failed: "Not loaded" };
const SAID_EVERY = 0.25;

/** What the engine panel shows; it decides nothing. */
export class PanelView {
  #root;
  #said = 0;

  /** @param {HTMLElement} root @param {Record<string, () => void>} actions what its buttons do, by data-action */
  constructor(root, actions) {
    this.#root = root;
    for (const [name, act] of Object.entries(actions)) action(root, name).addEventListener("click", act);
  }

  get state() {
    return this.#root.dataset.state;
  }

  /** What this browser offers. @param {string} words */
  engine(words) {
    say(this.#root, "engine", words);
  }

  /** @param {import("./models.js").CatalogueModel|null} model */
  model(model) {
    say(this.#root, "name", model?.name ?? "No model");
    say(this.#root, "facts", model ? modelFacts(model) : "");
    this.loaded("");
  }

  /** @param {string} words */
  loaded(words) {
    say(this.#root, "loaded", words);
  }

  /** Loading begins. */
  begin() {
    this.#said = 0;
    slot(this.#root, "bar").removeAttribute("value");
    this.loaded("Starting");
  }

  /** @param {import("../../engine/progress.js").LoadProgress} progress */
  progress(progress) {
    const { fraction } = progress;
    const bar = slot(this.#root, "bar");
    if (fraction == null) bar.removeAttribute("value");
    else bar.value = fraction;
    this.loaded(progressWords(progress));
    if (fraction >= this.#said + SAID_EVERY) announce(`Loading the model: ${percent((this.#said = fraction))}`);
  }

  /** @param {{code?: string, message: string}} error */
  fail(error) {
    slot(this.#root, "failure").textContent = advice(error).text;
    this.show("failed");
  }

  /** @param {string} state @param {{said?: string, canChoose?: boolean}} [more] */
  show(state, { said = "", canChoose = true } = {}) {
    this.#root.dataset.state = state;
    say(this.#root, "state", BADGES[state]);
    slot(this.#root, "state").dataset.tone = state === "ready" ? "good" : "";
    part(this.#root, "failure").hidden = state !== "failed";
    this.#showButtons(state);
    action(this.#root, "choose").disabled = !canChoose;
    if (said) announce(said);
  }

  #showButtons(state) {
    const load = action(this.#root, "load");
    load.textContent = state === "failed" ? "Try again" : "Load model";
    load.hidden = state === "loading" || state === "ready";
    load.disabled = state === "finding";
    action(this.#root, "cancel-load").hidden = state !== "loading";
    action(this.#root, "choose").hidden = state === "loading";
  }
}
