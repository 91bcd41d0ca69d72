import assert from "node:assert/strict";
import { test } from "node:test";

import "../document.js";
import { wishFor } from "../../../static/js/pages/deck/regenerate.js";
import {
  connectionWords,
  isAmong,
  waitingWords,
} from "../../../static/js/pages/generate/prompt.js";

const card = (id, more = {}) => ({
  id,
  front: `front ${id}`,
  back: `back ${id}`,
  kind: "basic",
  sentence: "",
  found: null,
  ...more,
});
const deck = (cards, { name = "Sea", topic = "", source = "" } = {}) => ({
  name,
  cards,
  provenance: { topic, source, generationId: null },
});
const wish = (one, of, more = {}) => wishFor(one, of, { proposed: [], ...more });
const LONG = Array.from(
  { length: 60 },
  (_, at) =>
    `Paragraph ${at} tells how the sea rises and falls by the pull of the Moon on each of its days.`,
).join("\n\n");

test("a card is asked about the deck's topic, or its name when that is all it has", () => {
  assert.equal(wish(card(1), deck([card(1)], { topic: "Tides" })).topic, "Tides");
  assert.equal(wish(card(1), deck([card(1)])).topic, "Sea");
});

test("one new card is asked for, not the one that was written before", () => {
  const { count, refresh } = wish(card(1), deck([card(1)]));
  assert.deepEqual([count, refresh], [1, true]);
});

test("the other fronts, those proposed before and its own are not to be repeated, its own last", () => {
  const { prompt } = wish(card(1), deck([card(1), card(2)]), { proposed: [{ front: "proposed" }] });
  assert.equal(
    prompt,
    "Generate 1 flashcards about Sea\n\nDo not repeat these:\n- front 2\n- proposed\n- front 1",
  );
});

test("the kind is the card's own", () => {
  const kinds = ["basic", "cloze", "definition"].map(
    (kind) => wish(card(1, { kind }), deck([])).kind,
  );
  assert.deepEqual(kinds, ["basic", "cloze", "definition"]);
});

test("language and difficulty are asked for when they are known", () => {
  assert.equal(wish(card(1), deck([]), { language: "French" }).language, "French");
  assert.ok(!("language" in wish(card(1), deck([]))));
});

test("of long notes, the part with the card's sentence is the source", () => {
  const sentence = LONG.split("\n\n").at(-1);
  const { source } = wish(card(1, { sentence }), deck([], { source: LONG }));
  assert.ok(source.includes(sentence) && source.length < LONG.length);
});

test("notes without the sentence leave the sentence, and no notes at all leave no source", () => {
  assert.equal(wish(card(1, { sentence: "It ebbs." }), deck([])).source, "It ebbs.");
  assert.ok(!("source" in wish(card(1), deck([]))));
  assert.equal(wish(card(1), deck([], { source: "Short notes." })).source, "Short notes.");
});

test("a card is among others only with both its sides", () => {
  assert.ok(isAmong(card(1), [card(2), card(1)]));
  assert.ok(!isAmong(card(1, { back: "other" }), [card(1)]));
});

test("who waits is told for what", () => {
  assert.equal(waitingWords({ status: "queued", place: 0 }), "Waiting for an engine");
  assert.equal(
    waitingWords({ status: "queued", place: 2 }),
    "Waiting for an engine: 2 sets of cards before it",
  );
  assert.equal(waitingWords({ status: "leased", place: 0 }), "Starting generation...");
  assert.equal(connectionWords({ state: "up" }), "");
});
