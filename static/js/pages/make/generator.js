import { fallbackModel, listModels } from "../engine/models.js";
import { createClient, loadClient } from "../generate/client.js";
import { promptExcluding } from "../generate/prompt.js";
import { deleteOnUnload } from "../lib/api.js";
import { announce } from "../lib/dom.js";
import { CallListener } from "./call-listener.js";
import { OfflineCards } from "./offline-cards.js";
import { recordPartError, showDone, showFailed } from "./outcomes.js";
import { newPart, notesOf, partOf, partsOf } from "./parts.js";

/** Engine errors after which the model has to be loaded again. */
const RELOAD_CODES = new Set(["device_lost", "out_of_memory"]);

/**
 * Has batches written: loads the model if need be, asks the server, and shows what happens on the
 * batch. One of its own at a time. While a model is loaded it also serves the user's other devices,
 * and shows what others of this session ask for.
 */
export class BatchGenerator {
  /** @type {import("../../client/index.js").WebLLMClient|null} */
  #client = null;
  /** @type {import("../../client/call.js").Call|null} */
  #call = null;
  #panel;
  #onRemoteCall;
  #abort = new AbortController();

  /**
   * @param {import("../engine/panel.js").EnginePanel} panel
   * @param {(call: import("../../client/call.js").Call) => void} onRemoteCall
   */
  constructor(panel, onRemoteCall) {
    this.#panel = panel;
    this.#onRemoteCall = onRemoteCall;
    panel.addEventListener("change", () => this.#updateEngine());
    this.#updateEngine();
  }

  /**
   * Write what is open of a batch, part by part. @param {import("./batch.js").Batch} batch @param
   * {{refresh?: boolean}} [options]
   */
  async generate(batch, { refresh = false } = {}) {
    const { signal } = (this.#abort = new AbortController());
    batch.show("writing", "Loading the model");
    batch.notify({ text: "" });
    try {
      const client = await this.#prepareClient();
      batch.show("writing", "Asking for cards");
      batch.record.parts ??= partsOf(batch.record.request);
      await this.#generateParts(client, batch, { refresh, signal });
    } catch (error) {
      showFailed(batch, error, signal.aborted);
    }
  }

  /**
   * One card more, beside those of the batch. @param {import("./batch.js").Batch} batch @param
   * {number} index the part it is about
   * @returns {Promise<import("./batch.js").Draft>} @throws what stops a batch, too
   */
  async another(batch, index) {
    const { signal } = (this.#abort = new AbortController());
    const client = await this.#prepareClient();
    const call = (this.#call = client.generate({ ...buildRequest(batch, index, 1), signal }));
    const listener = new CallListener({ client, panel: this.#panel }, call, batch);
    try {
      const { cards } = await call.result;
      (batch.record.others ??= []).push(call.generationId);
      return { ...cards[0], part: index };
    } catch (error) {
      throw listener.engineError ?? error;
    } finally {
      listener.stop();
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
    batch.record.parts ??= [newPart(0, batch.record.request.count)];
    const part = partOf(batch.record.parts, call.generationId);
    if (part) batch.begin(part);
    await this.#collect(call, batch, part ?? batch.record.parts[0])
      .then(() => showDone(batch))
      .catch((error) => showFailed(batch, error, error.code === "cancelled"));
  }

  /** Stop loading or writing; what is finished stays. */
  stop() {
    this.#abort.abort();
    if (this.#panel.state === "loading") this.#panel.cancel();
  }

  /**
   * The page is left: what is being written is called off, so that nothing waits for it. Its socket
   * may be gone before it is sent.
   */
  cancelOnUnload() {
    if (this.#call?.generationId)
      deleteOnUnload(`/api/webllm/generations/${this.#call.generationId}`);
    this.#call?.cancel();
  }

  async #prepareClient() {
    const library = await loadClient();
    const { model, engine } = await this.#panel
      .load()
      .catch((error) => this.#useOtherDevice(error));
    if (this.#client?.modelId !== model.modelId) {
      this.#client?.close().catch(() => {}); // a session left open ends by itself
      this.#client = this.#createClient(library, model.modelId);
    }
    if (this.#client.engine !== engine) this.#client.engine = engine;
    return this.#client;
  }

  /** On a device that runs no model at all, another one of the user writes. */
  async #useOtherDevice(error) {
    const models =
      this.#panel.model || error.code !== "model_unavailable" ? [] : await listModels();
    if (!models.length) throw error;
    return { model: fallbackModel(models), engine: null };
  }

  #createClient(library, modelId) {
    const client = createClient(library, modelId);
    client.addEventListener("generation", ({ detail }) => this.#onRemoteCall(detail.call));
    client.addEventListener(
      "enginefailed",
      ({ detail: { code, error } }) => RELOAD_CODES.has(code) && this.#panel.handleLoss(error),
    );
    return client;
  }

  /** A loaded model is the server's to use, and one that is gone is not. */
  async #updateEngine() {
    if (this.#panel.state !== "ready") {
      if (this.#client?.engine) this.#client.engine = null;
      return;
    }
    const client = await this.#prepareClient().catch(() => null);
    await client?.initialize().catch(() => {}); // whoever asks for cards is told
  }

  async #generateParts(client, batch, { refresh, signal }) {
    const open = batch.record.parts.filter((part) => part.state !== "done");
    for (const part of open) {
      batch.begin(part);
      this.#call = client.generate({
        ...buildRequest(batch, part.index, part.requested - part.received),
        ...(refresh && { refresh }),
        signal,
      });
      await this.#collect(this.#call, batch, part).catch((error) =>
        recordPartError(part, error, open.length > 1 && !signal.aborted),
      );
    }
    this.#call = null;
    showDone(batch);
  }

  async #collect(call, batch, part) {
    const offlineCards = new OfflineCards(batch, part, call);
    const listener = new CallListener(
      { client: this.#client, panel: this.#panel },
      call,
      batch,
      (card) => offlineCards.add(card),
    );
    try {
      await collectCards(call, batch, part, offlineCards);
    } catch (error) {
      throw listener.engineError ?? error;
    } finally {
      offlineCards.end();
      recordGeneration(part, call);
      listener.stop();
    }
  }
}

/**
 * Every card of a call onto its batch, but for those that are there already, and then the part is
 * done.
 */
async function collectCards(call, batch, part, offlineCards) {
  let index = 0;
  for await (const card of call) {
    recordGeneration(part, call);
    if (!offlineCards.confirm(index++, card)) showCard(batch, card, part, call);
  }
  const { cached } = await call.result;
  offlineCards.settle();
  Object.assign(part, { state: "done", why: "", isCached: Boolean(cached) });
}

/** A request for so many cards of one part, beside those that are there. */
function buildRequest(batch, index, count) {
  const { topic, language, difficulty, kind } = batch.record.request;
  const source = notesOf(batch.record.request, index);
  const fronts = batch.record.cards.filter((card) => card.part === index).map((card) => card.front);
  const options = Object.entries({ language, difficulty, kind, source }).filter(
    ([, value]) => value,
  );
  return {
    topic,
    count,
    prompt: promptExcluding(topic, count, fronts),
    ...Object.fromEntries(options),
  };
}

/** The page may be left at any time, and must know its generations again. */
function recordGeneration(part, { generationId }) {
  if (generationId && !part.generationIds.includes(generationId))
    part.generationIds.push(generationId);
}

/** Of a call that is only looked at, some cards may have been counted before a reload. */
function showCard(batch, card, part, { isRemote }) {
  const isNew = batch.add({ ...card, part: part.index });
  if (isNew || !isRemote) part.received += 1;
  if (isNew)
    announce(`Card ${batch.record.cards.length} of ${batch.record.request.count}: ${card.front}`);
}
