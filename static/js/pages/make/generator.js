import { gettext } from "../../client/i18n.js";
import { fallbackModel, listModels } from "../engine/models.js";
import { createClient, loadClient } from "../generate/client.js";
import { promptExcluding } from "../generate/prompt.js";
import { deleteOnUnload } from "../lib/api.js";
import { announce } from "../lib/dom.js";
import { integer } from "../lib/format.js";
import { CallListener } from "./call-listener.js";
import { OfflineCards } from "./offline-cards.js";
import { recordPartError, showDone, showFailed } from "./outcomes.js";
import { newPart, notesOf, partOf, partsOf } from "./parts.js";
import { showMadeByRule, usesRule } from "./rule-batch.js";
import { checked, recheck } from "./source-match.js";

/**
 * Generates the cards of batches.
 *
 * It loads the model if necessary, sends the requests and shows the progress on the batch. It runs
 * one request of this page at a time. While a model is loaded, it also generates cards for the
 * user's other devices and shows other requests of the session.
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
   * Generate the unfinished parts of a batch, one after the other.
   *
   * If `allowsRule` is true and the model is too small for notes, the instant cards are the result.
   * @param {import("./batch.js").Batch} batch
   * @param {{refresh?: boolean, allowsRule?: boolean}} [options]
   */
  async generate(batch, { refresh = false, allowsRule = false } = {}) {
    const { signal } = (this.#abort = new AbortController());
    if (allowsRule && (await this.#usesRule(batch))) return showMadeByRule(batch);
    if (signal.aborted) return showFailed(batch, null, true);
    batch.show("writing", gettext("Loading the model"));
    batch.notify({ text: "" });
    try {
      const client = await this.#prepareClient();
      batch.show("writing", gettext("Asking for cards"));
      batch.record.parts ??= partsOf(batch.record.request);
      await this.#generateParts(client, batch, { refresh, signal });
    } catch (error) {
      showFailed(batch, error, signal.aborted);
    }
  }

  /**
   * Generate one more card for a part of a batch.
   * @param {import("./batch.js").Batch} batch
   * @param {number} index of the part
   * @returns {Promise<import("./batch.js").Draft>}
   * @throws the error of the call, of its engine, or of loading the model
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
   * Show a generation requested elsewhere, on a new batch or on one restored after a reload.
   * @param {import("./batch.js").Batch} batch
   * @param {import("../../client/call.js").Call} call
   */
  async watch(batch, call) {
    batch.show("writing", gettext("Writing for another device"));
    batch.notify({ text: "" });
    batch.record.parts ??= [newPart(0, batch.record.request.count)];
    const part = partOf(batch.record.parts, call.generationId);
    if (part) batch.begin(part);
    await this.#collect(call, batch, part ?? batch.record.parts[0])
      .then(() => showDone(batch))
      .catch((error) => showFailed(batch, error, error.code === "cancelled"));
  }

  /** Stop loading or generating. Finished cards are kept. */
  stop() {
    this.#abort.abort();
    if (this.#panel.state === "loading") this.#panel.cancel();
  }

  /**
   * Cancel the current generation when the user leaves the page, so that no engine works on it.
   *
   * A separate REST request is sent because the socket may close before it sends the cancel
   * message.
   */
  cancelOnUnload() {
    if (this.#call?.generationId)
      deleteOnUnload(`/api/webllm/generations/${this.#call.generationId}`);
    this.#call?.cancel();
  }

  async #usesRule({ instant, record }) {
    if (!instant.cards.length) return false;
    await this.#panel.detected;
    return usesRule(record.request.source, this.#panel.writerModelId);
  }

  async #prepareClient() {
    const library = await loadClient();
    const { model, engine } = await this.#panel
      .load()
      .catch((error) => this.#useOtherDevice(error));
    if (this.#client?.modelId !== model.modelId) {
      this.#client?.close().catch(() => {}); // the session expires if it stays open
      this.#client = this.#createClient(library, model.modelId);
    }
    if (this.#client.engine !== engine) this.#client.engine = engine;
    return this.#client;
  }

  /** Use an engine on another of the user's devices if no model runs on this one. */
  async #useOtherDevice(error) {
    const models =
      this.#panel.model || error.code !== "model_unavailable" ? [] : await listModels();
    if (!models.length) throw error;
    return { model: fallbackModel(models), engine: null };
  }

  #createClient(library, modelId) {
    const client = createClient(library, modelId);
    client.addEventListener("generation", ({ detail }) => this.#onRemoteCall(detail.call));
    client.addEventListener("enginefailed", ({ detail: { code, error } }) =>
      this.#panel.handleEngineError(error, code),
    );
    return client;
  }

  /** Offer the loaded model to the server, or withdraw it when it has been unloaded. */
  async #updateEngine() {
    if (this.#panel.state !== "ready") {
      if (this.#client?.engine) this.#client.engine = null;
      return;
    }
    const client = await this.#prepareClient().catch(() => null);
    await client?.initialize().catch(() => {}); // the next request for cards reports the error
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
    const accepted = new AbortController();
    for (const name of ["progress", "waiting"])
      this.#client.addEventListener(name, () => recordGeneration(part, call), {
        signal: accepted.signal,
      });
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
      accepted.abort();
      recordGeneration(part, call);
      recheck(batch);
      listener.stop();
    }
  }
}

/**
 * Add the cards of a call to its batch, except those that are already there as drafts.
 *
 * Then mark the part as done.
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

/**
 * Build a request for `count` cards of one part.
 *
 * The prompt excludes the existing cards of the part.
 */
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

/** Store the generation ID as soon as possible, because the user may leave the page at any time. */
function recordGeneration(part, { generationId }) {
  if (generationId && !part.generationIds.includes(generationId))
    part.generationIds.push(generationId);
}

/**
 * Add a card to the batch and count it.
 *
 * A repeated card of a remote call may have been counted before a reload, so it is not counted
 * again.
 */
function showCard(batch, card, part, { isRemote }) {
  const isNew = batch.add(checked(batch.record, { ...card, part: part.index }));
  if (isNew || !isRemote) part.received += 1;
  if (isNew)
    announce(
      gettext("Card %(number)s of %(total)s: %(front)s", {
        number: integer(batch.record.cards.length),
        total: integer(batch.record.request.count),
        front: card.front,
      }),
    );
}
