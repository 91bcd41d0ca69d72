import { listModels, standIn } from "../engine/models.js";
import { clientFor, loadClient } from "../generate/client.js";
import { promptBeside } from "../generate/prompt.js";
import { deleteOnLeaving } from "../lib/api.js";
import { announce } from "../lib/dom.js";
import { Listening } from "./call-listener.js";
import { Unsent } from "./offline-cards.js";
import { fail, finish, goOnAfter } from "./outcomes.js";
import { notesOf, openPart, partOf, partsOf } from "./parts.js";

/** Engine errors after which the model has to be loaded again. */
const BROKEN = new Set(["device_lost", "out_of_memory"]);

/**
 * Has batches written: loads the model if need be, asks the server, and shows what happens on the
 * batch. One of its own at a time. While a model is loaded it also serves the user's other devices,
 * and shows what others of this session ask for.
 */
export class Writer {
  /** @type {import("../../client/index.js").WebLLMClient|null} */
  #client = null;
  /** @type {import("../../client/call.js").Call|null} */
  #call = null;
  #panel;
  #onOthers;
  #stopping = new AbortController();

  /**
   * @param {import("../engine/panel.js").EnginePanel} panel
   * @param {(call: import("../../client/call.js").Call) => void} onOthers
   */
  constructor(panel, onOthers) {
    this.#panel = panel;
    this.#onOthers = onOthers;
    panel.addEventListener("change", () => this.#offer());
    this.#offer();
  }

  /**
   * Write what is open of a batch, part by part. @param {import("./batch.js").Batch} batch @param
   * {{refresh?: boolean}} [options]
   */
  async write(batch, { refresh = false } = {}) {
    const { signal } = (this.#stopping = new AbortController());
    batch.show("writing", "Loading the model");
    batch.notify({ text: "" });
    try {
      const client = await this.#ready();
      batch.show("writing", "Asking for cards");
      batch.record.parts ??= partsOf(batch.record.request);
      await this.#writeParts(client, batch, { refresh, signal });
    } catch (error) {
      fail(batch, error, signal.aborted);
    }
  }

  /**
   * One card more, beside those of the batch. @param {import("./batch.js").Batch} batch @param
   * {number} at the part it is about
   * @returns {Promise<import("./batch.js").Draft>} @throws what stops a batch, too
   */
  async another(batch, at) {
    const { signal } = (this.#stopping = new AbortController());
    const client = await this.#ready();
    const call = (this.#call = client.generate({ ...wish(batch, at, 1), signal }));
    const listening = new Listening({ client, panel: this.#panel }, call, batch);
    try {
      const { cards } = await call.result;
      (batch.record.others ??= []).push(call.generationId);
      return { ...cards[0], part: at };
    } catch (error) {
      throw listening.engineError ?? error;
    } finally {
      listening.end();
      this.#call = null;
    }
  }

  /**
   * Show what somebody else asked for, on a batch that is new or had its beginning.
   * @param {import("./batch.js").Batch} batch
   * @param {import("../../client/call.js").Call} call
   */
  async watch(batch, call) {
    batch.show("writing", "Writing for another device");
    batch.notify({ text: "" });
    batch.record.parts ??= [openPart(0, batch.record.request.count)];
    const part = partOf(batch.record.parts, call.generationId);
    if (part) batch.begin(part);
    await this.#follow(call, batch, part ?? batch.record.parts[0])
      .then(() => finish(batch))
      .catch((error) => fail(batch, error, error.code === "cancelled"));
  }

  /** Stop loading or writing; what is finished stays. */
  stop() {
    this.#stopping.abort();
    if (this.#panel.state === "loading") this.#panel.cancel();
  }

  /**
   * The page is left: what is being written is called off, so that nothing waits for it. Its socket
   * may be gone before it is sent.
   */
  leave() {
    if (this.#call?.generationId)
      deleteOnLeaving(`/api/webllm/generations/${this.#call.generationId}`);
    this.#call?.cancel();
  }

  async #ready() {
    const library = await loadClient();
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
    const models =
      this.#panel.model || error.code !== "model_unavailable" ? [] : await listModels();
    if (!models.length) throw error;
    return { model: standIn(models), engine: null };
  }

  #connect(library, modelId) {
    const client = clientFor(library, modelId);
    client.addEventListener("generation", ({ detail }) => this.#onOthers(detail.call));
    client.addEventListener(
      "enginefailed",
      ({ detail: { code, error } }) => BROKEN.has(code) && this.#panel.lose(error),
    );
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

  async #writeParts(client, batch, { refresh, signal }) {
    const open = batch.record.parts.filter((part) => part.state !== "done");
    for (const part of open) {
      batch.begin(part);
      this.#call = client.generate({
        ...wish(batch, part.at, part.count - part.taken),
        ...(refresh && { refresh }),
        signal,
      });
      await this.#follow(this.#call, batch, part).catch((error) =>
        goOnAfter(part, error, open.length > 1 && !signal.aborted),
      );
    }
    this.#call = null;
    finish(batch);
  }

  async #follow(call, batch, part) {
    const unsent = new Unsent(batch, part, call);
    const listening = new Listening(
      { client: this.#client, panel: this.#panel },
      call,
      batch,
      (card) => unsent.add(card),
    );
    try {
      await takeCards(call, batch, part, unsent);
    } catch (error) {
      throw listening.engineError ?? error;
    } finally {
      unsent.end();
      remember(part, call);
      listening.end();
    }
  }
}

/**
 * Every card of a call onto its batch, but for those that are there already, and then the part is
 * done.
 */
async function takeCards(call, batch, part, unsent) {
  let index = 0;
  for await (const card of call) {
    remember(part, call);
    if (!unsent.confirm(index++, card)) show(batch, card, part, call);
  }
  const { cached } = await call.result;
  unsent.settle();
  Object.assign(part, { state: "done", why: "", isCached: Boolean(cached) });
}

/** A wish for so many cards of one part, beside those that are there. */
function wish(batch, at, count) {
  const { topic, language, difficulty, kind } = batch.record.request;
  const source = notesOf(batch.record.request, at);
  const fronts = batch.record.cards.filter((card) => card.part === at).map((card) => card.front);
  const options = Object.entries({ language, difficulty, kind, source }).filter(
    ([, value]) => value,
  );
  return {
    topic,
    count,
    prompt: promptBeside(topic, count, fronts),
    ...Object.fromEntries(options),
  };
}

/** The page may be left at any time, and must know its generations again. */
function remember(part, { generationId }) {
  if (generationId && !part.generationIds.includes(generationId))
    part.generationIds.push(generationId);
}

/** Of a call that is only looked at, some cards may have been counted before a reload. */
function show(batch, card, part, { isForeign }) {
  const isNew = batch.add({ ...card, part: part.at });
  if (isNew || !isForeign) part.taken += 1;
  if (isNew)
    announce(`Card ${batch.record.cards.length} of ${batch.record.request.count}: ${card.front}`);
}
