import { gettext } from "../../client/i18n.js";
import { EngineManager } from "./manager.js";
import { defaultModel, engineText, listModels, whereItRuns } from "./models.js";
import { otherEngineText, PanelView, RELOADING, requestHint, TAB_HIDDEN } from "./panel-view.js";
import {
  getModelId,
  hasLoaded,
  markLoaded,
  recordSpeed,
  setModelId,
  setUsesOtherDevice,
  usesOtherDevice,
} from "./preferences.js";
import { requestPersistence, storedByModel, storedText } from "./stored-models.js";

/** Engine errors after which the model must be loaded again. */
const LOSS_CODES = new Set(["device_lost", "out_of_memory"]);

/**
 * The engine panel, which detects what the browser supports and lets users choose and load a model.
 *
 * Event: `change`, when the model or the state has changed.
 */
export class EnginePanel extends EventTarget {
  /** @type {import("./models.js").CatalogueModel|null} */
  model = null;
  #view;
  #manager = new EngineManager(document.body.dataset.user);
  #activity = new ActivityTracker();
  #models = [];
  #engines = null;
  #detecting = Promise.resolve();
  #loading = null;

  #warmUpRequest;

  /**
   * @param {HTMLElement} root
   * @param {() => import("./manager.js").WarmUpRequest} warmUpRequest returns the request that
   *   prepares a loaded engine
   */
  constructor(root, warmUpRequest) {
    super();
    this.#warmUpRequest = warmUpRequest;
    this.#view = new PanelView(root, {
      main: () => this.#runMainAction(),
      "cancel-load": () => this.cancel(),
      choose: () => this.choose(),
      "stored-models": () => this.#openStoredModels(),
      "use-other-device": () => this.#useOtherDevice(),
    });
    this.#listen();
  }

  /**
   * One of "detecting", "idle", "loading", "ready", "failed", "otherTab" (another tab owns the
   * engine) or "otherDevice" (the user lets another device write).
   */
  get state() {
    return this.#view.state;
  }

  /** The loaded engine of this tab, or null. */
  get engine() {
    return this.#manager.engine;
  }

  /** Resolves when the model is selected, or when that has failed. */
  get detected() {
    return this.#detecting;
  }

  /** The ID of the model that will write, or null if another device or an unknown model will. */
  get writerModelId() {
    if (this.state === "otherDevice") return null;
    return (this.state === "otherTab" ? this.#manager.other : this.model)?.modelId ?? null;
  }

  /** True if the interrupted generation continues: in a reloaded model, or in another tab. */
  get isHandedOver() {
    return this.#manager.isHandedOver;
  }

  /** A description of what a request for cards will do. */
  get requestHint() {
    return requestHint(this.state, this.model, this.#manager.other);
  }

  /** A text about the other tab or device that writes the cards, or "" if there is none. */
  get otherEngineText() {
    return otherEngineText(this.state, this.#manager.other);
  }

  /** Detect the engines, and select the last chosen model or the best one. */
  start() {
    return (this.#detecting = this.#detect());
  }

  async #detect() {
    this.#show("detecting");
    try {
      const { findEngines } = await import("../../engine/capabilities.js");
      [this.#engines, this.#models] = await Promise.all([findEngines(), listModels()]);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#view.showEngine(engineText(this.#engines));
    this.#setModel(defaultModel(this.#models, this.#engines, getModelId()));
    await this.#manager.refresh();
  }

  /** Let the user choose another model. */
  async choose() {
    const { chooseModel } = await import("./model-dialog.js");
    const choice = await chooseModel({
      models: this.#models,
      engines: this.#engines,
      chosenId: this.model?.modelId,
    });
    if (!choice || choice.model.modelId === this.model?.modelId) return;
    setModelId(choice.model.modelId);
    if (this.#manager.engine) await this.#manager.release();
    this.#setModel(choice.model);
    this.#view.showNote(choice.warning);
  }

  /**
   * Return the model and its engine, and load the model first if necessary.
   *
   * Calls during loading share one load. The engine is null if another tab or device writes.
   * @returns {Promise<{model: import("./models.js").CatalogueModel, engine: any}>}
   * @throws {import("../../engine/index.js").EngineError}
   */
  load() {
    if (this.#manager.engine)
      return Promise.resolve({ model: this.model, engine: this.#manager.engine });
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  /** Stop loading. */
  cancel() {
    this.#manager.cancel();
  }

  /**
   * Load the model again after an error with which the engine was lost. Ignore other errors.
   * @param {any} error
   * @param {string} [code]
   */
  handleEngineError(error, code = error.code) {
    if (LOSS_CODES.has(code)) this.#manager.handleLoss(error);
  }

  async #load() {
    await this.#detecting;
    if (!this.model)
      throw Object.assign(new Error(gettext("There is no model to load.")), {
        code: "model_unavailable",
      });
    if (this.state === "otherDevice") return { model: this.model, engine: null };
    try {
      const engine = await this.#manager.load(this.model, {
        onStart: () => this.#handleLoadStart(),
        onProgress: (progress) => this.#view.showProgress(progress),
      });
      return engine ? this.#handleLoaded(engine) : this.#handleOwnedElsewhere();
    } catch (error) {
      this.#handleLoadError(error);
      throw error;
    } finally {
      this.#activity.set("load", false);
    }
  }

  #handleLoadStart() {
    this.#activity.set("load", true);
    this.#view.showLoading();
    this.#show("loading");
    markLoaded();
    requestPersistence();
  }

  #handleLoaded(engine) {
    this.#view.showLoaded(whereItRuns(engine.facts));
    engine.warmUp(this.#warmUpRequest());
    this.#show("ready", gettext("%(model)s is loaded.", { model: this.model.name }));
    return { model: this.model, engine };
  }

  #handleLoadError(error) {
    this.#manager.isHandedOver = false;
    this.#view.showLoaded("");
    if (error.code === "aborted") this.#show("idle", gettext("Loading was cancelled."));
    else this.#fail(error);
    this.#showStored();
  }

  #handleOwnedElsewhere() {
    const { other } = this.#manager;
    this.#show("otherTab");
    return {
      model: this.#models.find(({ modelId }) => modelId === other?.modelId) ?? this.model,
      engine: null,
    };
  }

  /** Handle a click on the main button. */
  async #runMainAction() {
    if (!this.model) return this.start();
    if (this.state === "otherDevice") return this.#useThisDevice();
    if (this.state === "otherTab") await this.#manager.takeOver();
    return this.load().catch(() => {}); // the panel shows the error
  }

  async #useOtherDevice() {
    setUsesOtherDevice(true);
    await this.#manager.release();
    this.#view.showLoaded("");
    this.#show("otherDevice", otherEngineText("otherDevice"));
  }

  #useThisDevice() {
    setUsesOtherDevice(false);
    this.#setModel(this.model);
    return this.#manager.refresh();
  }

  async #openStoredModels() {
    const { openStoredModels } = await import("./stored-dialog.js");
    await openStoredModels(this.#models, this.#manager.engine ? this.model.modelId : null);
    this.#showStored();
  }

  #listen() {
    const on = (name, listener) =>
      this.#manager.addEventListener(name, ({ detail }) => listener(detail));
    on("busy", () => this.#activity.set("write", true));
    on("idle", () => this.#activity.set("write", false));
    on("measured", (sample) => recordSpeed(this.model.modelId, sample));
    on("reloading", () => this.#reload());
    on("lost", (error) => this.#fail(error));
    on("released", () => this.#handleReleased());
    on("other", () => this.#handleOtherTab());
    this.#activity.addEventListener("hidden", () => this.#view.showNote(TAB_HIDDEN));
  }

  #handleReleased() {
    this.#view.showLoaded("");
    this.#show(this.#manager.other ? "otherTab" : "idle");
  }

  #reload() {
    this.#show("idle", RELOADING);
    return this.load().catch(() => {}); // the panel shows the error
  }

  #handleOtherTab() {
    if (this.#manager.other && ["idle", "failed", "otherTab"].includes(this.state))
      this.#show("otherTab");
    else if (!this.#manager.other && this.state === "otherTab") this.#setModel(this.model);
  }

  #setModel(model) {
    this.model = model;
    this.#view.showModel(model);
    if (!model)
      return this.#fail({
        code: "no_model_here",
        message: gettext("No model of this server runs in this browser."),
      });
    this.#show(usesOtherDevice() ? "otherDevice" : "idle");
    return this.#showStored();
  }

  async #showStored() {
    const { model } = this;
    if (!hasLoaded()) return;
    const storedModels = await storedByModel(this.#models).catch(() => new Map());
    if (model && model === this.model && this.state !== "loading" && this.state !== "ready")
      this.#view.showStored(
        storedText(storedModels.get(model.modelId), model),
        storedModels.get(model.modelId),
      );
  }

  #fail(error) {
    this.#view.showError(error);
    this.#notifyChange();
  }

  #show(state, announcement = "") {
    this.#view.showState(state, {
      announcement,
      note: otherEngineText(state, this.#manager.other),
      canChoose: this.#models.length > 0,
    });
    this.#notifyChange();
  }

  #notifyChange() {
    this.#manager.broadcast({
      state: this.state,
      modelId: this.model?.modelId ?? null,
      name: this.model?.name ?? null,
    });
    this.dispatchEvent(new Event("change"));
  }
}

const MIN_HIDDEN_SECONDS = 3;

/**
 * Tracks the activity of the engine in this tab, and keeps the screen on while there is any.
 *
 * Event: `hidden`, when the user returns during an activity to a tab that was hidden for at least
 * MIN_HIDDEN_SECONDS.
 */
class ActivityTracker extends EventTarget {
  #active = new Set();
  #wakeLock = new WakeLock();
  #hiddenAt = null;

  constructor() {
    super();
    document.addEventListener("visibilitychange", () =>
      document.hidden ? (this.#hiddenAt = performance.now()) : this.#handleVisible(),
    );
  }

  /** @param {"load"|"write"} activity @param {boolean} isActive */
  set(activity, isActive) {
    if (isActive) this.#active.add(activity);
    else this.#active.delete(activity);
    if (isActive && !document.hidden) this.#hiddenAt = null;
    this.#wakeLock.set(this.#active.size > 0);
  }

  #handleVisible() {
    const seconds = this.#hiddenAt === null ? 0 : (performance.now() - this.#hiddenAt) / 1000;
    this.#hiddenAt = null;
    if (seconds >= MIN_HIDDEN_SECONDS && this.#active.size) this.dispatchEvent(new Event("hidden"));
  }
}

/**
 * Keeps the screen on while it is active.
 *
 * Browsers release the lock of a hidden tab, so it is requested again when the tab becomes visible.
 */
export class WakeLock {
  #lock = null;
  #isActive = false;
  #isRequesting = false;

  constructor() {
    document.addEventListener("visibilitychange", () => this.#update());
  }

  /** @param {boolean} isActive */
  set(isActive) {
    this.#isActive = isActive;
    this.#update();
  }

  async #update() {
    if (!this.#isActive) return this.#release();
    if (this.#lock || this.#isRequesting || document.hidden || !navigator.wakeLock) return;
    this.#isRequesting = true;
    // If the battery is low, the browser may refuse the lock, and the screen can turn off.
    this.#lock = await navigator.wakeLock.request("screen").catch(() => null);
    this.#isRequesting = false;
    this.#lock?.addEventListener(
      "release",
      ({ target }) => this.#lock === target && (this.#lock = null),
    );
    if (!this.#isActive) this.#release(); // it was deactivated during the request
  }

  #release() {
    const lock = this.#lock;
    this.#lock = null;
    lock?.release().catch(() => {});
  }
}
