import { newId } from "../../client/util.js";
import { partOf } from "./parts.js";

/** @typedef {import("./save-form.js").BatchRecord} BatchRecord */

/** The path of the user's drafts in the API. */
export const DRAFTS = "/api/flashcards/drafts";

/** Return the identity of a draft that the server does not have yet. */
export function newDraft() {
  return { id: newId().replace(/^(.{8})(.{4})(.{4})(.{4})/u, "$1-$2-$3-$4-"), version: 0 };
}

/**
 * Return the IDs of all generations of a batch, each once.
 * @param {BatchRecord} record
 * @returns {string[]}
 */
export function generationIdsOf({ parts = [], others = [] }) {
  return [...new Set([...parts.flatMap(({ generationIds }) => generationIds), ...others])];
}

/**
 * Return the body of the request that stores a batch, without its version.
 * @param {BatchRecord} record
 */
export function toDraftBody(record) {
  const { request, cards, instant, parts, others, dropped, fates, state, name, usage } = record;
  const { isCheckStopped } = record;
  const words = state === "writing" ? "" : record.words;
  return {
    topic: request.topic,
    cards: cards.map((card) => ({ ...card, unsent: undefined })),
    generationIds: generationIdsOf(record),
    record: {
      ...{ request, instant, parts, others, dropped, fates, state, name, usage, words },
      isCheckStopped,
    },
  };
}

/**
 * Return the record of a batch that the server has stored.
 *
 * Cards that arrived after it was stored belong to the part that requested their generation.
 * @param {any} stored the response of the server
 * @returns {BatchRecord}
 */
export function toRecord({ id, version, topic, cards, record }) {
  const request = { topic, count: Math.max(1, cards.length), ...record.request };
  const parts = Array.isArray(record.parts) ? record.parts : undefined;
  return {
    words: "",
    state: "stopped",
    ...record,
    key: id,
    request,
    parts,
    cards: cards.map((card) => toCard(card, parts)),
    draft: { id, version },
  };
}

function toCard({ generationId, ...card }, parts) {
  if (!generationId) return { part: 0, ...card };
  const part = partOf(parts, generationId);
  if (part) part.received += 1;
  return { ...card, part: part?.index ?? 0 };
}
