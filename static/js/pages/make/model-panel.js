import { announce } from "../announce.js";
import { action, part, say, slot } from "../dom.js";
import { integer, percent } from "../format.js";
import { advice } from "../words.js";
import { ModelDialog } from "./model-dialog.js";
import { defaultModel, engineWords, listModels, modelFacts } from "./models.js";

const LAST_MODEL = "mindflip:model";
const BADGES = { finding: "Looking", choosing: "Not loaded", loading: "Loading", ready: "Ready", failed: "Not loaded" };
const SAID_EVERY = 0.25;

/**
 * The panel that finds out what this browser can do, lets one choose a model and loads it.
 * Event: `change`, when the model or its state is another.
 */
export class ModelPanel extends EventTarget {
  /** @type {import("./models.js").CatalogueModel|null} */
  model = null;
  #root;
  #dialog;
  #models = [];
  #engines = null;
  #engine = null;
  #starting = Promise.resolve();
  #loading = null;
  #abort = new AbortController();
  #said = 0;

  /** @param {HTMLElement} root @param {HTMLDialogElement} dialog */
  constructor(root, dialog) {
    super();
    this.#root = root;
    this.#dialog = new ModelDialog(dialog);
    action(root, "load").addEventListener("click", () => (this.model ? this.load() : this.start()).catch(() => {})); // shown in the panel
    action(root, "cancel-load").addEventListener("click", () => this.cancel());
    action(root, "choose").addEventListener("click", () => this.choose());
  }

  /** finding, choosing, loading, ready or failed */
  get state() {
    return this.#root.dataset.state;
  }

  /** Find out what there is and take the model that fits best. */
  start() {
    return (this.#starting = this.#find());
  }

  async #find() {
    this.#show("finding");
    try {
      const { findEngines } = await import("../../engine/index.js");
      [this.#engines, this.#models] = await Promise.all([findEngines(), listModels()]);
    } catch (error) {
      this.#fail(error);
      return;
    }
    say(this.#root, "engine", engineWords(this.#engines));
    this.#take(defaultModel(this.#models, this.#engines, remembered()));
  }

  /** Let the user choose another model. */
  async choose() {
    const model = await this.#dialog.choose(this.#models, this.#engines, this.model?.modelId);
    if (!model || model.modelId === this.model?.modelId) return;
    remember(model.modelId);
    await this.#drop();
    this.#take(model);
  }

  /**
   * The loaded model; loads it first if need be, once however often it is asked.
   * @returns {Promise<{model: import("./models.js").CatalogueModel, engine: any}>}
   * @throws {import("../../engine/index.js").EngineError}
   */
  load() {
    if (this.state === "ready") return Promise.resolve({ model: this.model, engine: this.#engine });
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  /** Stop loading. */
  cancel() {
    this.#abort.abort();
  }

  /** The engine broke: it has to be loaded again. @param {Error} error */
  async lose(error) {
    await this.#drop();
    this.#fail(error);
  }

  async #load() {
    await this.#starting;
    if (!this.model) throw Object.assign(new Error("There is no model to load."), { code: "model_unavailable" });
    this.#abort = new AbortController();
    this.#said = 0;
    slot(this.#root, "bar").removeAttribute("value");
    say(this.#root, "loaded", "Starting");
    this.#show("loading");
    try {
      await this.#begin();
    } catch (error) {
      await this.#drop();
      say(this.#root, "loaded", "");
      if (error.code === "aborted") this.#show("choosing", "Loading was cancelled.");
      else this.#fail(error);
      throw error;
    }
    this.#show("ready", `${this.model.name} is loaded.`);
    return { model: this.model, engine: this.#engine };
  }

  async #begin() {
    const { createEngine } = await import("../../engine/index.js");
    this.#engine = createEngine(this.model);
    await this.#engine.load({ onProgress: (progress) => this.#progress(progress), signal: this.#abort.signal });
    say(this.#root, "loaded", whereItRuns(this.#engine.facts));
  }

  async #drop() {
    this.cancel();
    const engine = this.#engine;
    this.#engine = null;
    await engine?.unload().catch(() => {}); // it may be broken already
  }

  #take(model) {
    this.model = model;
    say(this.#root, "name", model?.name ?? "No model");
    say(this.#root, "facts", model ? modelFacts(model) : "");
    say(this.#root, "loaded", "");
    if (model) this.#show("choosing");
    else this.#fail({ code: "model_unavailable", message: "No model of this server runs in this browser." });
  }

  #progress(progress) {
    const { fraction } = progress;
    const bar = slot(this.#root, "bar");
    if (fraction == null) bar.removeAttribute("value");
    else bar.value = fraction;
    say(this.#root, "loaded", progressWords(progress));
    if (fraction >= this.#said + SAID_EVERY) announce(`Loading the model: ${percent((this.#said = fraction))}`);
  }

  #fail(error) {
    slot(this.#root, "failure").textContent = advice(error).text;
    this.#show("failed");
  }

  #show(state, said = "") {
    this.#root.dataset.state = state;
    say(this.#root, "state", BADGES[state]);
    slot(this.#root, "state").dataset.tone = state === "ready" ? "good" : "";
    part(this.#root, "failure").hidden = state !== "failed";
    this.#showButtons(state);
    if (said) announce(said);
    this.dispatchEvent(new Event("change"));
  }

  #showButtons(state) {
    const load = action(this.#root, "load");
    load.textContent = state === "failed" ? "Try again" : "Load model";
    load.hidden = state === "loading" || state === "ready";
    load.disabled = state === "finding";
    action(this.#root, "cancel-load").hidden = state !== "loading";
    action(this.#root, "choose").hidden = state === "loading";
    action(this.#root, "choose").disabled = !this.#models.length;
  }
}

/** Short enough for one line, so that nothing moves. */
function progressWords({ phase, loadedMb, totalMb, fraction }) {
  const doing = phase === "start" ? "Starting" : "Downloading";
  if (!loadedMb) return doing;
  const total = totalMb ? ` of ${integer(totalMb)}` : "";
  const share = fraction == null ? "" : ` · ${percent(fraction)}`;
  return `${doing} ${integer(loadedMb)}${total} MB${share}`;
}

function whereItRuns({ engine, threads }) {
  if (engine === "webllm") return "Runs on the graphics card.";
  return `Runs on the processor${threads > 1 ? ` with ${threads} threads` : ""}.`;
}

function remembered() {
  try {
    return localStorage.getItem(LAST_MODEL);
  } catch {
    return null;
  }
}

function remember(modelId) {
  try {
    localStorage.setItem(LAST_MODEL, modelId);
  } catch {
    // storage is switched off: the next visit begins with the default
  }
}
