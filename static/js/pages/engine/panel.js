import { EngineLife } from "./manager.js";
import { defaultModel, engineWords, listModels, whereItRuns } from "./models.js";
import { beforehand, elsewhereWords, HIDDEN, MENDING, PanelView } from "./panel-view.js";
import {
  hasLoaded,
  isAway,
  measured,
  remember,
  rememberAway,
  remembered,
  rememberLoading,
} from "./preferences.js";
import { askToKeep, keptByModel, keptWords } from "./stored-models.js";

/**
 * Finds out what this browser can do, lets one choose a model and loads it, in this tab or in none.
 * Event: `change`, when the model or its state is another.
 */
export class EnginePanel extends EventTarget {
  /** @type {import("./models.js").CatalogueModel|null} */
  model = null;
  #view;
  #life = new EngineLife(document.body.dataset.user);
  #work = new Work();
  #models = [];
  #engines = null;
  #starting = Promise.resolve();
  #loading = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.#view = new PanelView(root, {
      main: () => this.#main(),
      "cancel-load": () => this.cancel(),
      choose: () => this.choose(),
      stored: () => this.#openStored(),
      away: () => this.#goAway(),
    });
    this.#follow();
  }

  /**
   * finding, choosing, loading, ready, failed; elsewhere: another tab has the engine; away: another
   * device shall write
   */
  get state() {
    return this.#view.state;
  }

  /** Whether what an engine here was writing goes on, though that engine is gone. */
  get isHandedOn() {
    return this.#life.isHandedOn;
  }

  /** What asking for cards will do, in words. */
  get beforehand() {
    return beforehand(this.state, this.model, this.#life.other);
  }

  /** Why nothing is written here, in words; "" when it is. */
  get elsewhereWords() {
    return elsewhereWords(this.state, this.#life.other);
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
    await this.#life.look();
  }

  /** Let the user choose another model. */
  async choose() {
    const { chooseModel } = await import("./model-dialog.js");
    const chosen = await chooseModel({
      models: this.#models,
      engines: this.#engines,
      chosenId: this.model?.modelId,
    });
    if (!chosen || chosen.model.modelId === this.model?.modelId) return;
    remember(chosen.model.modelId);
    if (this.#life.engine) await this.#life.drop();
    this.#take(chosen.model);
    this.#view.note(chosen.warning);
  }

  /**
   * The loaded model; loads it first if need be, once however often it is asked. The engine is null
   * when another tab or device writes.
   * @returns {Promise<{model: import("./models.js").CatalogueModel, engine: any}>}
   * @throws {import("../../engine/index.js").EngineError}
   */
  load() {
    if (this.#life.engine) return Promise.resolve({ model: this.model, engine: this.#life.engine });
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  /** Stop loading. */
  cancel() {
    this.#life.cancel();
  }

  /** The engine broke. @param {Error} error */
  lose(error) {
    return this.#life.lose(error);
  }

  async #load() {
    await this.#starting;
    if (!this.model)
      throw Object.assign(new Error("There is no model to load."), { code: "model_unavailable" });
    if (this.state === "away") return { model: this.model, engine: null };
    try {
      const engine = await this.#life.load(this.model, {
        onStart: () => this.#begin(),
        onProgress: (progress) => this.#view.progress(progress),
      });
      return engine ? this.#loaded(engine) : this.#elsewhere();
    } catch (error) {
      this.#failedToLoad(error);
      throw error;
    } finally {
      this.#work.set("load", false);
    }
  }

  #begin() {
    this.#work.set("load", true);
    this.#view.begin();
    this.#show("loading");
    rememberLoading();
    askToKeep();
  }

  #loaded(engine) {
    this.#view.loaded(whereItRuns(engine.facts));
    this.#show("ready", `${this.model.name} is loaded.`);
    return { model: this.model, engine };
  }

  #failedToLoad(error) {
    this.#life.isHandedOn = false;
    this.#view.loaded("");
    if (error.code === "aborted") this.#show("choosing", "Loading was cancelled.");
    else this.#fail(error);
    this.#sayKept();
  }

  #elsewhere() {
    const { other } = this.#life;
    this.#show("elsewhere");
    return {
      model: this.#models.find(({ modelId }) => modelId === other?.modelId) ?? this.model,
      engine: null,
    };
  }

  /** What the large button does. */
  async #main() {
    if (!this.model) return this.start();
    if (this.state === "away") return this.#comeBack();
    if (this.state === "elsewhere") await this.#life.takeOver();
    return this.load().catch(() => {}); // shown in the panel
  }

  async #goAway() {
    rememberAway(true);
    await this.#life.drop();
    this.#view.loaded("");
    this.#show("away", elsewhereWords("away"));
  }

  #comeBack() {
    rememberAway(false);
    this.#take(this.model);
    return this.#life.look();
  }

  async #openStored() {
    const { openStored } = await import("./stored-dialog.js");
    await openStored(this.#models, this.#life.engine ? this.model.modelId : null);
    this.#sayKept();
  }

  #follow() {
    const on = (name, step) => this.#life.addEventListener(name, ({ detail }) => step(detail));
    on("work", () => this.#work.set("write", true));
    on("rest", () => this.#work.set("write", false));
    on("measured", (spent) => measured(this.model.modelId, spent));
    on("mending", () => this.#mend());
    on("lost", (error) => this.#fail(error));
    on("given", () => this.#given());
    on("other", () => this.#otherTab());
    this.#work.addEventListener("hidden", () => this.#view.note(HIDDEN));
  }

  #given() {
    this.#view.loaded("");
    this.#show(this.#life.other ? "elsewhere" : "choosing");
  }

  #mend() {
    this.#show("choosing", MENDING);
    return this.load().catch(() => {}); // shown in the panel
  }

  #otherTab() {
    if (this.#life.other && ["choosing", "failed", "elsewhere"].includes(this.state))
      this.#show("elsewhere");
    else if (!this.#life.other && this.state === "elsewhere") this.#take(this.model);
  }

  #take(model) {
    this.model = model;
    this.#view.model(model);
    if (!model)
      return this.#fail({
        code: "no_model_here",
        message: "No model of this server runs in this browser.",
      });
    this.#show(isAway() ? "away" : "choosing");
    return this.#sayKept();
  }

  async #sayKept() {
    const { model } = this;
    if (!hasLoaded()) return;
    const kept = await keptByModel(this.#models).catch(() => new Map());
    if (model && model === this.model && this.state !== "loading" && this.state !== "ready")
      this.#view.kept(keptWords(kept.get(model.modelId), model), kept.get(model.modelId));
  }

  #fail(error) {
    this.#view.fail(error);
    this.#changed();
  }

  #show(state, said = "") {
    this.#view.show(state, {
      said,
      note: elsewhereWords(state, this.#life.other),
      canChoose: this.#models.length > 0,
    });
    this.#changed();
  }

  #changed() {
    this.#life.tell({
      state: this.state,
      modelId: this.model?.modelId ?? null,
      name: this.model?.name ?? null,
    });
    this.dispatchEvent(new Event("change"));
  }
}

const NOTED_SECONDS = 3;

/**
 * What is going on in this tab: it keeps the screen on, and tells when the tab was hidden
 * meanwhile. Event: `hidden`.
 */
class Work extends EventTarget {
  #going = new Set();
  #awake = new KeepAwake();
  #hiddenAt = null;

  constructor() {
    super();
    document.addEventListener("visibilitychange", () =>
      document.hidden ? (this.#hiddenAt = performance.now()) : this.#seen(),
    );
  }

  /** @param {"load"|"write"} what @param {boolean} isGoing */
  set(what, isGoing) {
    if (isGoing) this.#going.add(what);
    else this.#going.delete(what);
    if (isGoing && !document.hidden) this.#hiddenAt = null;
    this.#awake.set(this.#going.size > 0);
  }

  #seen() {
    const seconds = this.#hiddenAt === null ? 0 : (performance.now() - this.#hiddenAt) / 1000;
    this.#hiddenAt = null;
    if (seconds >= NOTED_SECONDS && this.#going.size) this.dispatchEvent(new Event("hidden"));
  }
}

/**
 * Keeps the screen on while there is work. Browsers take the lock back from a hidden tab, so it is
 * asked for again when the tab is seen.
 */
export class KeepAwake {
  #lock = null;
  #isWanted = false;
  #isAsking = false;

  constructor() {
    document.addEventListener("visibilitychange", () => this.#follow());
  }

  /** @param {boolean} isWorking */
  set(isWorking) {
    this.#isWanted = isWorking;
    this.#follow();
  }

  async #follow() {
    if (!this.#isWanted) return this.#release();
    if (this.#lock || this.#isAsking || document.hidden || !navigator.wakeLock) return;
    this.#isAsking = true;
    // a low battery: the screen may go off
    this.#lock = await navigator.wakeLock.request("screen").catch(() => null);
    this.#isAsking = false;
    this.#lock?.addEventListener(
      "release",
      ({ target }) => this.#lock === target && (this.#lock = null),
    );
    if (!this.#isWanted) this.#release(); // it was done meanwhile
  }

  #release() {
    const lock = this.#lock;
    this.#lock = null;
    lock?.release().catch(() => {});
  }
}
