import { whereItRuns, defaultModel, engineWords, listModels } from "./models.js";
import { remember, remembered } from "./chosen.js";
import { ModelDialog } from "./model-dialog.js";
import { PanelView } from "./panel-view.js";

/**
 * Finds out what this browser can do, lets one choose a model and loads it.
 * Event: `change`, when the model or its state is another.
 */
export class EnginePanel extends EventTarget {
  /** @type {import("./models.js").CatalogueModel|null} */
  model = null;
  #view;
  #dialog;
  #models = [];
  #engines = null;
  #engine = null;
  #starting = Promise.resolve();
  #loading = null;
  #abort = new AbortController();

  /** @param {HTMLElement} root @param {HTMLDialogElement} dialog */
  constructor(root, dialog) {
    super();
    this.#dialog = new ModelDialog(dialog);
    this.#view = new PanelView(root, {
      load: () => (this.model ? this.load() : this.start()).catch(() => {}), // shown in the panel
      "cancel-load": () => this.cancel(),
      choose: () => this.choose(),
    });
  }

  /** finding, choosing, loading, ready or failed */
  get state() {
    return this.#view.state;
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
    this.#view.engine(engineWords(this.#engines));
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
    this.#view.begin();
    this.#show("loading");
    try {
      await this.#begin();
    } catch (error) {
      await this.#drop();
      this.#view.loaded("");
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
    await this.#engine.load({ onProgress: (progress) => this.#view.progress(progress), signal: this.#abort.signal });
    this.#view.loaded(whereItRuns(this.#engine.facts));
  }

  async #drop() {
    this.cancel();
    const engine = this.#engine;
    this.#engine = null;
    await engine?.unload().catch(() => {}); // it may be broken already
  }

  #take(model) {
    this.model = model;
    this.#view.model(model);
    if (model) this.#show("choosing");
    else this.#fail({ code: "model_unavailable", message: "No model of this server runs in this browser." });
  }

  #fail(error) {
    this.#view.fail(error);
    this.dispatchEvent(new Event("change"));
  }

  #show(state, said = "") {
    this.#view.show(state, { said, canChoose: this.#models.length > 0 });
    this.dispatchEvent(new Event("change"));
  }
}
