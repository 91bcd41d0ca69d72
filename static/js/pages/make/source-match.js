import { SourceText } from "../notes/grounding.js";
import { notesOf } from "./parts.js";

/**
 * The notes that have been indexed for a batch, as the list of their parts.
 * @type {WeakMap<object, {texts: string[], source: SourceText}>}
 */
const indexed = new WeakMap();

/**
 * Return whether the notes support a card, as fields of the card, or {} without notes.
 *
 * The card is looked up in all parts of the notes that were sent to the server. The server looks it
 * up in the same text when the deck is saved.
 * @param {import("./save-form.js").BatchRecord} record
 * @param {{front: string, back: string}} card
 */
export function sourceMatch(record, card) {
  return record.request.source ? sourceText(record).find(card) : {};
}

/**
 * Return a card of the server with the match in all parts of the notes.
 *
 * The server has looked it up only in the part that it was generated from.
 * @template {{front: string, back: string, found?: boolean|null}} Card
 * @param {import("./save-form.js").BatchRecord} record
 * @param {Card} card
 * @returns {Card}
 */
export function checked(record, card) {
  const isPartial = card.found !== undefined && sentTexts(record).length > 1;
  return isPartial ? { ...card, ...sourceMatch(record, card) } : card;
}

/**
 * Look up all cards of a batch again, because another part of the notes was sent.
 * @param {import("./batch.js").Batch} batch
 */
export function recheck(batch) {
  for (const draft of batch.record.cards) {
    const { found: isFound, sentence } = checked(batch.record, draft);
    if (isFound !== draft.found || sentence !== draft.sentence)
      batch.change(draft, { found: isFound, sentence });
  }
}

/** Return the index of the notes that were sent, which grows with every part. */
function sourceText(record) {
  const texts = sentTexts(record);
  let cached = indexed.get(record);
  if (!cached?.texts.every((text, index) => text === texts[index])) {
    cached = { texts: [], source: new SourceText("") };
    indexed.set(record, cached);
  }
  for (const text of texts.slice(cached.texts.length)) {
    cached.texts.push(text);
    cached.source.add(text);
  }
  return cached.source;
}

/**
 * Return the notes of the parts that have a generation.
 *
 * Before the first part is sent, they are all notes.
 */
function sentTexts({ request, parts = [] }) {
  const sent = parts.filter(({ generationIds }) => generationIds.length);
  const texts = sent.map(({ index }) => notesOf(request, index));
  return texts.length ? [...new Set(texts)].filter(Boolean) : [request.source].filter(Boolean);
}
