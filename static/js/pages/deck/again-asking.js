import { api } from "../api.js";
import { REPEATED, isAmong } from "../asking/beside.js";
import { clientFor, loadClient } from "../asking/client.js";
import { connectionWords, waitingWords } from "../asking/words.js";
import { remembered } from "../engine/chosen.js";
import { listModels, standIn } from "../engine/models.js";
import { wishFor } from "./again-wish.js";
import { deckAddress } from "./address.js";

/** @type {Promise<import("../../client/index.js").WebLLMClient>|null} */
let connecting = null;
/** @type {AbortController|null} */
let going = null;
addEventListener("pagehide", () => going?.abort()); // so that nothing waits for what nobody will see

/**
 * Another card than this one, written by whichever engine the user has: this page has none of its own.
 * @param {string} cardId @param {{front: string, back: string}[]} proposed those that were not wanted
 * @param {(words: string, waiting?: {status: string, place: number}) => void} onNews @param {AbortController} stopping
 * @returns {Promise<import("../../client/call.js").Card>} @throws errors with a code, `cancelled` when it was stopped
 */
export async function askAgain(cardId, proposed, onNews, stopping) {
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
  const on = (name, step) => client.addEventListener(name, ({ detail }) => step(detail), { signal: listening.signal });
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
  const [library, modelId] = await Promise.all([loadClient(), remembered() ?? listModels().then((models) => standIn(models)?.modelId)]);
  if (!modelId) throw problem("model_unavailable", "This server offers no model.");
  return clientFor(library, modelId);
}

function cardOf(deck, cardId) {
  const card = deck.cards.find(({ id }) => id === cardId);
  if (!card) throw problem("not_found", "This card is not in the deck any more: load the page again.");
  return card;
}

/** How the deck's cards were asked for, as long as the server remembers; a deck lives longer than that. */
async function askedBefore({ provenance: { generationId } }) {
  if (!generationId) return {};
  const found = await api.get(`/api/webllm/generations/${generationId}`).catch(() => null);
  return { language: found?.options?.language, difficulty: found?.options?.difficulty };
}

function problem(code, message) {
  return Object.assign(new Error(message), { code });
}
