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
const requestFor = (target, parent, overrides = {}) =>
  buildRequest(target, parent, { suggested: [], ...overrides });
const LONG = Array.from(
  { length: 60 },
  (_, index) =>
    `Paragraph ${index} tells how the sea rises and falls by the pull of the Moon on each of its days.`,
).join("\n\n");

test("a request has the deck's topic, or its name if the deck has no topic", () => {
  assert.equal(requestFor(card(1), deck([card(1)], { topic: "Tides" })).topic, "Tides");
  assert.equal(requestFor(card(1), deck([card(1)])).topic, "Sea");
});

test("a request is for one card and bypasses cached results", () => {
  const { count, refresh } = requestFor(card(1), deck([card(1)]));
  assert.deepEqual([count, refresh], [1, true]);
});

test("a prompt excludes other fronts, suggestions and, last, the card's own front", () => {
  const { prompt } = requestFor(card(1), deck([card(1), card(2)]), {
    suggested: [{ front: "proposed" }],
  });
  assert.equal(
    prompt,
    "Generate 1 flashcards about Sea\n\nDo not repeat these:\n- front 2\n- proposed\n- front 1",
  );
});

test("a request has the kind of its card", () => {
  const kinds = ["basic", "cloze", "definition"].map(
    (kind) => requestFor(card(1, { kind }), deck([])).kind,
  );
  assert.deepEqual(kinds, ["basic", "cloze", "definition"]);
});

test("a request has a language only if one is given", () => {
  assert.equal(requestFor(card(1), deck([]), { language: "French" }).language, "French");
  assert.ok(!("language" in requestFor(card(1), deck([]))));
});

test("a request has a difficulty only if one is given", () => {
  assert.equal(requestFor(card(1), deck([]), { difficulty: "hard" }).difficulty, "hard");
  assert.ok(!("difficulty" in requestFor(card(1), deck([]))));
});

test("a request's source is the part of long notes with the card's sentence", () => {
  const sentence = LONG.split("\n\n").at(-1);
  const { source } = requestFor(card(1, { sentence }), deck([], { source: LONG }));
  assert.ok(source.includes(sentence) && source.length < LONG.length);
});

test("a request's source is the card's sentence or short notes, else omitted", () => {
  assert.equal(requestFor(card(1, { sentence: "It ebbs." }), deck([])).source, "It ebbs.");
  assert.ok(!("source" in requestFor(card(1), deck([]))));
  assert.equal(requestFor(card(1), deck([], { source: "Short notes." })).source, "Short notes.");
});

test("includesCard matches a card only with the same front and back", () => {
  assert.ok(includesCard(card(1), [card(2), card(1)]));
  assert.ok(!includesCard(card(1, { back: "other" }), [card(1)]));
});

test("waitingText shows the place in the queue, and connectionText is empty when up", () => {
  assert.equal(waitingText({ status: "queued", place: 0 }), "Waiting for an engine");
  assert.equal(
    waitingText({ status: "queued", place: 2 }),
    "Waiting for an engine: 2 sets of cards before it",
  );
  assert.equal(waitingText({ status: "leased", place: 0 }), "Starting generation...");
  assert.equal(connectionText({ state: "up" }), "");
});
