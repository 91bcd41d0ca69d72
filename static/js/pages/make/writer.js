import { announce } from "../announce.js";
import { api } from "../api.js";
import { counted } from "../format.js";
import { read, write } from "../store.js";
import { advice } from "../words.js";
import { Sessions } from "../../client/sessions.js";
import { WebLLMClient } from "../../client/client.js";

const store = {
  read: (modelId) => read(`session:${modelId}`),
  write: (modelId, session) => write(`session:${modelId}`, session),
  forget: (modelId) => write(`session:${modelId}`, null),
};
/** Engine errors after which the model has to be loaded again. */
const BROKEN = new Set(["device_lost", "out_of_memory"]);

/** Has a batch written: loads the model if need be, asks the server, and shows what happens on the batch. One at a time. */
export class Writer {
  /** @type {WebLLMClient|null} */
  #client = null;
  #panel;
  #isStopped = false;

  /** @param {import("./model-panel.js").ModelPanel} panel */
  constructor(panel) {
    this.#panel = panel;
  }

  /** @param {import("./batch.js").Batch} batch @param {{refresh?: boolean}} [options] */
  async write(batch, { refresh = false } = {}) {
    this.#isStopped = false;
    batch.show("writing", "Loading the model");
    const listening = new AbortController();
    try {
      const client = await this.#ready();
      this.#follow(client, batch, listening.signal);
      const { topic, count, source } = batch.record.request;
      batch.show("writing", "Asking for cards");
      finish(batch, await client.generateFlashcards(topic, count, { ...(source && { source }), ...(refresh && { refresh }) }), this.#isStopped);
    } catch (error) {
      fail(batch, error, this.#isStopped);
      if (BROKEN.has(error.code)) await this.#panel.lose(error);
    } finally {
      listening.abort();
    }
  }

  /** Stop loading or writing; what is finished stays. */
  stop() {
    this.#isStopped = true;
    if (this.#panel.state === "loading") this.#panel.cancel();
    else this.#client?.stop();
  }

  /** The page is left: what is being written is called off, so that nothing waits for it. */
  leave() {
    this.#client?.leave();
  }

  async #ready() {
    const { model, engine } = await this.#panel.load();
    if (this.#client?.modelId !== model.modelId) {
      this.#client?.close().catch(() => {}); // a session left open ends by itself
      this.#client = new WebLLMClient(null, model.modelId, { engine, rest: api, sessions: new Sessions(api, store) });
    }
    this.#client.engine = engine;
    return this.#client;
  }

  #follow(client, batch, signal) {
    const { count } = batch.record.request;
    client.addEventListener("progress", ({ detail }) => batch.record.cards.length || batch.show("writing", detail.message), { signal });
    client.addEventListener("tokens", ({ detail }) => batch.meter(detail), { signal });
    client.addEventListener("connection", ({ detail }) => batch.notify({ text: connectionWords(detail), tone: "warning" }), { signal });
    client.addEventListener(
      "card",
      ({ detail }) => {
        if (batch.record.cards.length >= count) return;
        batch.add(detail.card);
        announce(`Card ${batch.record.cards.length} of ${count}: ${detail.card.front}`);
      },
      { signal },
    );
  }
}

function connectionWords({ state, seconds }) {
  return state === "down" ? `The connection broke. Trying again in ${counted(seconds, "second")}; writing goes on meanwhile.` : "";
}

function finish(batch, { cards, cached, partial, generationId }, isStopped) {
  const { count } = batch.record.request;
  batch.record.generationId = generationId;
  batch.replaceCards(cards);
  const all = counted(cards.length, "card");
  if (isStopped && partial) batch.show("stopped", `Stopped with ${cards.length} of ${counted(count, "card")} finished.`);
  else batch.show("done", partial ? `${cards.length} of ${counted(count, "card")}` : all);
  batch.notify(cached ? AGAIN : partial && !isStopped ? SHORT : { text: "" });
  announce(isStopped ? batch.record.words : `Done: ${all}.`);
}

const AGAIN = { text: "You asked for these before, so here they are at once.", action: "refresh", label: "Make new ones" };
const SHORT = { text: "The model repeated itself, so there are fewer cards than you asked for.", action: "again", label: "Try again" };

function fail(batch, error, isStopped) {
  const kept = batch.record.cards.length ? ` ${counted(batch.record.cards.length, "card")} so far can still be saved.` : "";
  const why = isStopped && !batch.record.cards.length ? { code: "stopped", message: "Stopped before the first card was finished." } : error;
  const { text, ...next } = advice(why);
  batch.show(isStopped ? "stopped" : "failed", `${batch.record.cards.length} of ${counted(batch.record.request.count, "card")}`);
  batch.notify({ ...next, text: text + kept, tone: isStopped ? "" : "danger" });
}
