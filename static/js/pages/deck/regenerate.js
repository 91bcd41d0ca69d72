import { gettext } from "../../client/i18n.js";
import { DUPLICATE_CARD, includesCard, promptExcluding } from "../generate/prompt.js";
import { errorWithCode, getClient, waitForResult } from "../generate/remote.js";
import { api } from "../lib/api.js";
import { kindOf } from "../lib/card-kinds.js";
import { action, part, slot, toast } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { container, refresh } from "../lib/live-results.js";
import { offerUndo } from "../lib/undo.js";
import { chunks } from "../notes/chunks.js";
import { renderInto } from "../text.js";
import { cardAddress, deckAddress } from "./page.js";

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("regenerate-dialog"));

/**
 * Request a replacement for a card and show it next to the current card.
 *
 * The card is replaced only if the user accepts.
 * @param {HTMLElement} element of the card, in the card view or the table
 */
export async function regenerateCard(element) {
  const card = await api
    .get(cardAddress(element))
    .catch((error) => toast(describeError(error).text) && null);
  if (card && !dialog.open) new Suggestion(card, cardAddress(element)).open();
}

/** A card in the dialog, with the replacements suggested so far. */
class Suggestion {
  #card;
  #address;
  #abort = new AbortController();
  /** @type {import("../../client/call.js").Card[]} */
  #suggested = [];

  constructor(card, address) {
    this.#card = card;
    this.#address = address;
  }

  open() {
    showSides(part(dialog, "current"), this.#card);
    action(dialog, "keep").onclick = () => this.keep();
    action(dialog, "regenerate").onclick = () => this.request();
    action(dialog, "accept").onclick = () => this.accept();
    dialog.onclose = () => this.#abort.abort();
    dialog.showModal();
    this.request();
  }

  /** Request a card, or another one. */
  async request() {
    const abort = (this.#abort = new AbortController());
    showWaiting(gettext("Asking for a card"));
    // Focus the Keep button, because it is always visible and changes nothing.
    action(dialog, "keep").focus();
    try {
      const card = await requestCard(this.#card.id, this.#suggested, showWaiting, abort);
      if (!abort.signal.aborted) this.#showSuggestion(card);
    } catch (error) {
      if (!abort.signal.aborted) showFailure(error);
    }
  }

  keep() {
    dialog.close();
  }

  async accept() {
    const { front, back, kind } = this.#suggested.at(-1);
    action(dialog, "accept").disabled = true;
    try {
      await api.patch(this.#address, { front, back, kind: kindOf(kind).name });
      dialog.close();
      await this.#offerUndo();
    } catch (error) {
      showFailure(error, true);
    }
  }

  #showSuggestion(card) {
    this.#suggested.push(card);
    showSides(part(dialog, "suggestion"), card);
    show(
      "proposed",
      gettext("Instead: %(front)s Answer: %(back)s", { front: card.front, back: card.back }),
    );
  }

  async #offerUndo() {
    const { front, back, kind, sentence, found: isFound } = this.#card;
    await this.#refresh();
    const undoable = {
      text: gettext("Card replaced."),
      method: /** @type {const} */ ("patch"),
      path: this.#address,
      body: { front, back, kind, sentence, found: isFound },
    };
    offerUndo(undoable, () => this.#refresh());
  }

  /** Refresh the results and focus the card's Regenerate button again. */
  async #refresh() {
    await refresh();
    action(
      container().querySelector(`[data-card="${this.#card.id}"]`) ?? container(),
      "regenerate",
    )?.focus();
  }
}

/** @param {"writing"|"proposed"|"failed"} state @param {string} text */
function show(state, text) {
  dialog.dataset.state = state;
  slot(dialog, "status").textContent = text;
  part(dialog, "suggestion").hidden = state !== "proposed";
  part(dialog, "failure").hidden = state !== "failed";
  part(dialog, "no-engine").hidden = true;
  action(dialog, "accept").hidden = state !== "proposed";
  action(dialog, "accept").disabled = false;
  action(dialog, "regenerate").hidden = state === "writing";
  action(dialog, "keep").textContent =
    state === "writing" ? gettext("Cancel") : gettext("Keep the old one");
}

/** Show what the request is waiting for. If it is first in the queue, no engine is available. */
function showWaiting(text, { status, place } = { status: "", place: 0 }) {
  show("writing", text);
  part(dialog, "no-engine").hidden = status !== "queued" || place > 0;
}

/**
 * @param {any} error
 * @param {boolean} [isSuggested] whether the suggestion can still be accepted
 */
function showFailure(error, isSuggested = false) {
  const { text, action: next } = describeError(error);
  show(isSuggested ? "proposed" : "failed", "");
  part(dialog, "failure").hidden = false;
  slot(dialog, "failure").textContent = Object.values(error.fields ?? {})[0]?.[0] ?? text;
  part(dialog, "open-make").hidden = next !== "load" && next !== "choose";
}

function showSides(root, { front, back, kind }) {
  renderInto(slot(root, "front"), front, { cloze: kindOf(kind).hasGaps ? "question" : undefined });
  renderInto(slot(root, "back"), back);
}

/** @type {AbortController|null} */
let activeAbort = null;
// Cancel the request when the user leaves the page, so that no engine works on it.
addEventListener("pagehide", () => activeAbort?.abort());

/**
 * Request another card. This page has no engine, so another of the user's engines writes it.
 * @param {string} cardId
 * @param {{front: string, back: string}[]} suggested cards that the user has not accepted
 * @param {(words: string, waiting?: {status: string, place: number}) => void} onStatus
 * @param {AbortController} abort
 * @returns {Promise<import("../../client/call.js").Card>}
 * @throws errors with a code; the code is `cancelled` if the request was aborted
 */
async function requestCard(cardId, suggested, onStatus, abort) {
  activeAbort = abort;
  const [deck, client] = await Promise.all([api.get(deckAddress), getClient()]);
  const request = buildRequest(findCard(deck, cardId), deck, {
    suggested,
    ...(await originalOptions(deck)),
  });
  const call = client.generate({ ...request, signal: abort.signal });
  const { cards } = await waitForResult(client, call, onStatus);
  if (includesCard(cards[0], [...deck.cards, ...suggested]))
    throw errorWithCode("repeated", DUPLICATE_CARD);
  return cards[0];
}

function findCard(deck, cardId) {
  const card = deck.cards.find(({ id }) => id === cardId);
  if (!card)
    throw errorWithCode(
      "not_found",
      gettext("This card is not in the deck any more: load the page again."),
    );
  return card;
}

/**
 * Return the language and difficulty of the deck's generation.
 *
 * The server deletes old generations, so the values may be missing.
 */
async function originalOptions({ provenance: { generationId } }) {
  if (!generationId) return {};
  const generation = await api.get(`/api/webllm/generations/${generationId}`).catch(() => null);
  return { language: generation?.options?.language, difficulty: generation?.options?.difficulty };
}

const TOPIC_CHARACTERS = 200;

/**
 * @typedef {{id: string, front: string, back: string, kind: string, sentence: string, found:
 *   boolean|null}} Card
 * @typedef {{name: string, cards: Card[], provenance: {topic: string, source: string, generationId:
 *   string|null}}} Deck
 */

/**
 * Build the request for one other card about the same topic.
 *
 * The prompt excludes the cards of the deck and earlier suggestions.
 * @param {Card} card
 * @param {Deck} deck
 * @param {{suggested: {front: string}[], language?: string, difficulty?: string}} more the language
 *   and difficulty of the deck's generation
 */
export function buildRequest(card, deck, { suggested, language, difficulty }) {
  const topic = (deck.provenance.topic || deck.name).slice(0, TOPIC_CHARACTERS);
  const others = deck.cards.filter(({ id }) => id !== card.id);
  // `promptExcluding` lists only the last entries, so the most important ones come last.
  const fronts = [...others, ...suggested, card].map(({ front }) => front);
  const options = {
    kind: card.kind,
    language,
    difficulty,
    source: sourcePassage(card, deck.provenance),
  };
  const setOptions = Object.fromEntries(Object.entries(options).filter(([, value]) => value));
  return {
    topic,
    count: 1,
    prompt: promptExcluding(topic, 1, fronts),
    refresh: true,
    ...setOptions,
  };
}

/**
 * Return the chunk of the notes that contains the card's sentence.
 *
 * If no chunk does, return only the sentence.
 */
function sourcePassage({ sentence }, { source }) {
  return chunks(source).find((chunk) => chunk.includes(sentence)) ?? sentence;
}
