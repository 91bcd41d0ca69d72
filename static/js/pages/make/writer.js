import { announce } from "../announce.js";
import { api } from "../api.js";
import { counted } from "../format.js";
import { read, write } from "../store.js";
import { advice } from "../words.js";
import { listModels } from "../engine/models.js";
import { ApiError, UNREACHABLE } from "../../client/errors.js";

const store = {
  read: (modelId) => read(`session:${modelId}`),
  write: (modelId, session) => write(`session:${modelId}`, session),
  forget: (modelId) => write(`session:${modelId}`, null),
};
/** Engine errors after which the model has to be loaded again. */
const BROKEN = new Set(["device_lost", "out_of_memory"]);

/**
 * Has batches written: loads the model if need be, asks the server, and shows what happens on the batch. One of its own at a time.
 * While a model is loaded it also serves the user's other devices, and shows what others of this session ask for.
 */
export class Writer {
  /** @type {import("../../client/index.js").WebLLMClient|null} */
  #client = null;
  /** @type {import("../../client/call.js").Call|null} */
  #call = null;
  #panel;
  #onOthers;
  #stopping = new AbortController();

  /** @param {import("../engine/panel.js").EnginePanel} panel @param {(call: import("../../client/call.js").Call) => void} onOthers */
  constructor(panel, onOthers) {
    this.#panel = panel;
    this.#onOthers = onOthers;
    panel.addEventListener("change", () => this.#offer());
  }

  /** @param {import("./batch.js").Batch} batch @param {{refresh?: boolean}} [options] */
  async write(batch, { refresh = false } = {}) {
    const { signal } = (this.#stopping = new AbortController());
    batch.show("writing", "Loading the model");
    try {
      const client = await this.#ready();
      const { topic, count, source } = batch.record.request;
      batch.show("writing", "Asking for cards");
      this.#call = client.generate({ topic, count, ...(source && { source }), ...(refresh && { refresh }), signal });
      await this.#follow(this.#call, batch);
    } catch (error) {
      fail(batch, error, signal.aborted);
    } finally {
      this.#call = null;
    }
  }

  /** Show what somebody else asked for. @param {import("./batch.js").Batch} batch @param {import("../../client/call.js").Call} call */
  async watch(batch, call) {
    batch.show("writing", "Writing for another device");
    await this.#follow(call, batch).catch((error) => fail(batch, error, error.code === "cancelled"));
  }

  /** Stop loading or writing; what is finished stays. */
  stop() {
    this.#stopping.abort();
    if (this.#panel.state === "loading") this.#panel.cancel();
  }

  /** The page is left: what is being written is called off, so that nothing waits for it. */
  leave() {
    this.#call?.cancel();
  }

  async #ready() {
    // with the engine and not before: a first page stays light
    const library = await import("../../client/index.js").catch(() => Promise.reject(new ApiError(UNREACHABLE)));
    const { model, engine } = await this.#panel.load().catch((error) => this.#elsewhere(error));
    if (this.#client?.modelId !== model.modelId) {
      this.#client?.close().catch(() => {}); // a session left open ends by itself
      this.#client = this.#connect(library, model.modelId);
    }
    if (this.#client.engine !== engine) this.#client.engine = engine;
    return this.#client;
  }

  /** On a device that runs no model at all, another one of the user writes. */
  async #elsewhere(error) {
    const models = this.#panel.model || error.code !== "model_unavailable" ? [] : await listModels();
    if (!models.length) throw error;
    return { model: models.find(({ isDefault }) => isDefault) ?? models[0], engine: null };
  }

  #connect({ Sessions, WebLLMClient }, modelId) {
    const client = new WebLLMClient(null, modelId, { rest: api, sessions: new Sessions(api, store) });
    client.addEventListener("generation", ({ detail }) => this.#onOthers(detail.call));
    client.addEventListener("enginefailed", ({ detail: { error } }) => BROKEN.has(error.code) && this.#panel.lose(error));
    return client;
  }

  /** A loaded model is the server's to use, and one that is gone is not. */
  async #offer() {
    if (this.#panel.state !== "ready") {
      if (this.#client?.engine) this.#client.engine = null;
      return;
    }
    const client = await this.#ready().catch(() => null);
    await client?.initialize().catch(() => {}); // whoever asks for cards is told
  }

  async #follow(call, batch) {
    const listening = new AbortController();
    const engine = { error: null };
    this.#listen(call, batch, engine, listening.signal);
    try {
      for await (const card of call) show(batch, card);
      finish(batch, await call.result);
    } catch (error) {
      throw engine.error ?? error;
    } finally {
      listening.abort();
    }
  }

  /** What happens to the call, on its batch. An engine of this page that fails is said at once instead of being tried again. */
  #listen(call, batch, engine, signal) {
    const on = (name, step) =>
      this.#client.addEventListener(name, ({ detail }) => (!detail.call || detail.call === call) && step(detail), { signal });
    const early = (words) => batch.record.cards.length || batch.show("writing", words);
    on("progress", ({ message }) => early(message));
    on("waiting", (detail) => {
      early(waitingWords(detail));
      if (!this.#client.engine) batch.notify(detail.status === "queued" ? { text: this.#panel.elsewhereWords || ELSEWHERE } : { text: "" });
    });
    on("connection", (detail) => batch.notify({ text: connectionWords(detail), tone: "warning" }));
    on("tokens", (detail) => detail.generationId === call.generationId && batch.meter(detail));
    on("enginefailed", ({ generationId, error }) => {
      if (generationId !== call.generationId || call.isForeign) return;
      if (this.#panel.isHandedOn) return batch.notify(HANDED_ON);
      engine.error = error;
      call.cancel();
    });
  }
}

function show(batch, card) {
  const { count } = batch.record.request;
  batch.add(card);
  announce(`Card ${batch.record.cards.length} of ${count}: ${card.front}`);
}

function waitingWords({ status, place }) {
  if (status !== "queued") return "Starting generation...";
  return place ? `Waiting for an engine: ${counted(place, "set")} of cards before it` : "Waiting for an engine";
}

function connectionWords({ state, seconds }) {
  return state === "down" ? `The connection broke. Trying again in ${counted(seconds, "second")}; writing goes on meanwhile.` : "";
}

function finish(batch, { cards, cached, partial, generationId }) {
  const { count } = batch.record.request;
  batch.record.generationId = generationId;
  batch.replaceCards(cards);
  const all = counted(cards.length, "card");
  batch.show("done", partial ? `${cards.length} of ${counted(count, "card")}` : all);
  batch.notify(cached ? AGAIN : partial ? SHORT : { text: "" });
  announce(`Done: ${all}.`);
}

const ELSEWHERE = "No model runs on this device. Open this page on another one of yours and load a model there: it writes for this one, too.";
const HANDED_ON = { text: "The model stopped here. It goes on by itself: with the model loaded again, or in another tab.", tone: "warning" };
const AGAIN = { text: "You asked for these before, so here they are at once.", action: "refresh", label: "Make new ones" };
const SHORT = { text: "The model repeated itself, so there are fewer cards than you asked for.", action: "again", label: "Try again" };

function fail(batch, error, isStopped) {
  const { length } = batch.record.cards;
  const all = counted(batch.record.request.count, "card");
  if (isStopped && length) stopped(batch, `Stopped with ${length} of ${all} finished.`);
  else if (isStopped) complain(batch, "stopped", STOPPED_EARLY, "");
  else complain(batch, "failed", error, length ? ` ${counted(length, "card")} so far can still be saved.` : "");
}

const STOPPED_EARLY = { code: "stopped", message: "Stopped before the first card was finished." };

function stopped(batch, words) {
  batch.show("stopped", words);
  batch.notify({ text: "" });
  announce(words);
}

function complain(batch, state, error, kept) {
  const { text, ...next } = advice(error);
  batch.show(state, `${batch.record.cards.length} of ${counted(batch.record.request.count, "card")}`);
  batch.notify({ ...next, text: text + kept, tone: state === "failed" ? "danger" : "" });
}
