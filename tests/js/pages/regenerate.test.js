import assert from "node:assert/strict";
import { test } from "node:test";

import "../document.js";
import { buildRequest } from "../../../static/js/pages/deck/regenerate.js";
import {
  connectionText,
  includesCard,
  waitingText,
} from "../../../static/js/pages/generate/prompt.js";

const card = (id, overrides = {}) => ({
  id,
  front: `front ${id}`,
  back: `back ${id}`,
  kind: "basic",
  sentence: "",
  found: null,
  ...overrides,
});
const deck = (cards, { name = "Sea", topic = "", source = "" } = {}) => ({
  name,
  cards,
  provenance: { topic, source, generationId: null },
});
const request = (target, of, overrides = {}) =>
  buildRequest(target, of, { suggested: [], ...overrides });
const LONG = Array.from(
  { length: 60 },
  (_, index) =>
    `Paragraph ${index} tells how the sea rises and falls by the pull of the Moon on each of its days.`,
).join("\n\n");

test("a card is asked about the deck's topic, or its name when that is all it has", () => {
  assert.equal(request(card(1), deck([card(1)], { topic: "Tides" })).topic, "Tides");
  assert.equal(request(card(1), deck([card(1)])).topic, "Sea");
});

test("one new card is asked for, not the one that was written before", () => {
  const { count, refresh } = request(card(1), deck([card(1)]));
  assert.deepEqual([count, refresh], [1, true]);
});

test("the other fronts, those proposed before and its own are not to be repeated, its own last", () => {
  const { prompt } = request(card(1), deck([card(1), card(2)]), {
    suggested: [{ front: "proposed" }],
  });
  assert.equal(
    prompt,
    "Generate 1 flashcards about Sea\n\nDo not repeat these:\n- front 2\n- proposed\n- front 1",
  );
});

test("the kind is the card's own", () => {
  const kinds = ["basic", "cloze", "definition"].map(
    (kind) => request(card(1, { kind }), deck([])).kind,
  );
  assert.deepEqual(kinds, ["basic", "cloze", "definition"]);
});

test("language and difficulty are asked for when they are known", () => {
  assert.equal(request(card(1), deck([]), { language: "French" }).language, "French");
  assert.ok(!("language" in request(card(1), deck([]))));
});

test("of long notes, the part with the card's sentence is the source", () => {
  const sentence = LONG.split("\n\n").at(-1);
  const { source } = request(card(1, { sentence }), deck([], { source: LONG }));
  assert.ok(source.includes(sentence) && source.length < LONG.length);
});

test("notes without the sentence leave the sentence, and no notes at all leave no source", () => {
  assert.equal(request(card(1, { sentence: "It ebbs." }), deck([])).source, "It ebbs.");
  assert.ok(!("source" in request(card(1), deck([]))));
  assert.equal(request(card(1), deck([], { source: "Short notes." })).source, "Short notes.");
});

test("a card is among others only with both its sides", () => {
  assert.ok(includesCard(card(1), [card(2), card(1)]));
  assert.ok(!includesCard(card(1, { back: "other" }), [card(1)]));
});

test("who waits is told for what", () => {
  assert.equal(waitingText({ status: "queued", place: 0 }), "Waiting for an engine");
  assert.equal(
    waitingText({ status: "queued", place: 2 }),
    "Waiting for an engine: 2 sets of cards before it",
  );
  assert.equal(waitingText({ status: "leased", place: 0 }), "Starting generation...");
  assert.equal(connectionText({ state: "up" }), "");
});
