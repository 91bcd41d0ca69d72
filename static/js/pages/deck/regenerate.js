import { listModels, standIn } from "../engine/models.js";
import { remembered } from "../engine/preferences.js";
import { clientFor, loadClient } from "../generate/client.js";
import {
  connectionWords,
  isAmong,
  promptBeside,
  REPEATED,
  waitingWords,
} from "../generate/prompt.js";
import { api } from "../lib/api.js";
import { action, part, slot, toast } from "../lib/dom.js";
import { advice } from "../lib/error-messages.js";
import { refresh, results } from "../lib/live-results.js";
import { offerUndo } from "../lib/undo.js";
import { chunks } from "../notes/chunks.js";
import { renderInto } from "../text.js";
import { cardAddress, deckAddress } from "./page.js";

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("again-dialog"));

/**
 * Have another card written and show it beside the one that is there: nothing is replaced without
 * being seen.
 * @param {HTMLElement} element of a card, in either view
 */
export async function writeAgain(element) {
  const card = await api
    .get(cardAddress(element))
    .catch((error) => toast(advice(error).text) && null);
  if (card && !dialog.open) new Proposal(card, cardAddress(element)).open();
}

/** One card in the dialog, with what was proposed for it so far. */
class Proposal {
  #card;
  #address;
  #stopping = new AbortController();
  /** @type {import("../../client/call.js").Card[]} */
  #proposed = [];

  constructor(card, address) {
    this.#card = card;
    this.#address = address;
  }

  open() {
    showSides(part(dialog, "now"), this.#card);
    for (const name of ["leave", "another", "take"])
      action(dialog, name).onclick = () => this[name]();
    dialog.onclose = () => this.#stopping.abort();
    dialog.showModal();
    this.another();
  }

  /** Ask, or ask once more. */
  async another() {
    const stopping = (this.#stopping = new AbortController());
    showWaiting("Asking for a card");
    // the one button that never goes, and the one that changes nothing
    action(dialog, "leave").focus();
    try {
      const card = await askAgain(this.#card.id, this.#proposed, showWaiting, stopping);
      if (!stopping.signal.aborted) this.#propose(card);
    } catch (error) {
      if (!stopping.signal.aborted) showFailure(error);
    }
  }

  leave() {
    dialog.close();
  }

  async take() {
    const { front, back, kind = "basic" } = this.#proposed.at(-1);
    action(dialog, "take").disabled = true;
    try {
      await api.patch(this.#address, { front, back, kind });
      dialog.close();
      await this.#taken();
    } catch (error) {
      showFailure(error, true);
    }
  }

  #propose(card) {
    this.#proposed.push(card);
    showSides(part(dialog, "instead"), card);
    show("proposed", `Instead: ${card.front} Answer: ${card.back}`);
  }

  async #taken() {
    const { front, back, kind, sentence, found } = this.#card;
    await this.#showAgain();
    const before = {
      text: "Card replaced.",
      method: /** @type {const} */ ("patch"),
      path: this.#address,
      body: { front, back, kind, sentence, found },
    };
    offerUndo(before, () => this.#showAgain());
  }

  /** The results as they are now, with the focus where it was. */
  async #showAgain() {
    await refresh();
    action(
      results().querySelector(`[data-card="${this.#card.id}"]`) ?? results(),
      "again",
    )?.focus();
  }
}

/** @param {"writing"|"proposed"|"failed"} state @param {string} words */
function show(state, words) {
  dialog.dataset.state = state;
  slot(dialog, "status").textContent = words;
  part(dialog, "instead").hidden = state !== "proposed";
  part(dialog, "failure").hidden = state !== "failed";
  part(dialog, "elsewhere").hidden = true;
  action(dialog, "take").hidden = state !== "proposed";
  action(dialog, "take").disabled = false;
  action(dialog, "another").hidden = state === "writing";
  action(dialog, "leave").textContent = state === "writing" ? "Cancel" : "Keep the old one";
}

/** With nobody before it, what waits in the queue waits for an engine that is not there. */
function showWaiting(words, { status, place } = { status: "", place: 0 }) {
  show("writing", words);
  part(dialog, "elsewhere").hidden = status !== "queued" || place > 0;
}

/** @param {any} error @param {boolean} [isProposed] the proposal is still there to be taken */
function showFailure(error, isProposed = false) {
  const { text, action: next } = advice(error);
  show(isProposed ? "proposed" : "failed", "");
  part(dialog, "failure").hidden = false;
  slot(dialog, "failure").textContent = Object.values(error.fields ?? {})[0]?.[0] ?? text;
  part(dialog, "remedy").hidden = next !== "load" && next !== "choose";
}

function showSides(root, { front, back, kind }) {
  renderInto(slot(root, "front"), front, { cloze: kind === "cloze" ? "question" : undefined });
  renderInto(slot(root, "back"), back);
}

/** @type {Promise<import("../../client/index.js").WebLLMClient>|null} */
let connecting = null;
/** @type {AbortController|null} */
let going = null;
// so that nothing waits for what nobody will see
addEventListener("pagehide", () => going?.abort());

/**
 * Another card than this one, written by whichever engine the user has: this page has none of its
 * own.
 * @param {string} cardId @param {{front: string, back: string}[]} proposed those that were not
 *   wanted
 * @param {(words: string, waiting?: {status: string, place: number}) => void} onNews @param
 *   {AbortController} stopping
 * @returns {Promise<import("../../client/call.js").Card>} @throws errors with a code, `cancelled`
 *   when it was stopped
 */
async function askAgain(cardId, proposed, onNews, stopping) {
  going = stopping;
  const [deck, client] = await Promise.all([api.get(deckAddress), connected()]);
  const wish = wishFor(cardOf(deck, cardId), deck, { proposed, ...(await askedBefore(deck)) });
  const call = client.generate({ ...wish, signal: stopping.signal });
  const { cards } = await heard(client, call, onNews);
  if (isAmong(cards[0], [...deck.cards, ...proposed])) throw problem("repeated", REPEATED);
  return cards[0];
}

/** The result of a call, and on the way to it what it waits for. */
function heard(client, call, onNews) {
  const listening = new AbortController();
  const on = (name, step) =>
    client.addEventListener(name, ({ detail }) => step(detail), { signal: listening.signal });
  on("waiting", (detail) => detail.call === call && onNews(waitingWords(detail), detail));
  on("connection", (detail) => detail.state === "down" && onNews(connectionWords(detail)));
  return call.result.finally(() => listening.abort());
}

function connected() {
  connecting ??= connect();
  connecting.catch(() => (connecting = null));
  return connecting;
}

async function connect() {
  const [library, modelId] = await Promise.all([
    loadClient(),
    remembered() ?? listModels().then((models) => standIn(models)?.modelId),
  ]);
  if (!modelId) throw problem("model_unavailable", "This server offers no model.");
  return clientFor(library, modelId);
}

function cardOf(deck, cardId) {
  const card = deck.cards.find(({ id }) => id === cardId);
  if (!card)
    throw problem("not_found", "This card is not in the deck any more: load the page again.");
  return card;
}

/**
 * How the deck's cards were asked for, as long as the server remembers; a deck lives longer than
 * that.
 */
async function askedBefore({ provenance: { generationId } }) {
  if (!generationId) return {};
  const found = await api.get(`/api/webllm/generations/${generationId}`).catch(() => null);
  return { language: found?.options?.language, difficulty: found?.options?.difficulty };
}

function problem(code, message) {
  return Object.assign(new Error(message), { code });
}

const TOPIC_CHARACTERS = 200;

/**
 * @typedef {{id: string, front: string, back: string, kind: string, sentence: string, found:
 *   boolean|null}} Card
 * @typedef {{name: string, cards: Card[], provenance: {topic: string, source: string, generationId:
 *   string|null}}} Deck
 */

/**
 * The wish for one other card about what this one is about, beside those of its deck and those that
 * were proposed before.
 * @param {Card} card @param {Deck} deck
 * @param {{proposed: {front: string}[], language?: string, difficulty?: string}} more language and
 *   difficulty as the deck was asked for
 */
export function wishFor(card, deck, { proposed, language, difficulty }) {
  const topic = (deck.provenance.topic || deck.name).slice(0, TOPIC_CHARACTERS);
  const others = deck.cards.filter(({ id }) => id !== card.id);
  // the last are the ones that a long list keeps
  const fronts = [...others, ...proposed, card].map(({ front }) => front);
  const options = { kind: card.kind, language, difficulty, source: passage(card, deck.provenance) };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value));
  return { topic, count: 1, prompt: promptBeside(topic, 1, fronts), refresh: true, ...given };
}

/**
 * The part of the notes that the card came of, as much as a model reads at once; its sentence alone
 * when the notes lack that.
 */
function passage({ sentence }, { source }) {
  return chunks(source).find((chunk) => chunk.includes(sentence)) ?? sentence;
}
