import assert from "node:assert/strict";
import { test } from "node:test";

import "../document.js";
import { promptExcluding } from "../../../static/js/pages/generate/prompt.js";
import { Estimate, Meter, timeLeft } from "../../../static/js/pages/make/meter.js";
import {
  newPart,
  notesOf,
  partOf,
  partsOf,
  restorePart,
} from "../../../static/js/pages/make/parts.js";
import {
  chunks,
  roughTokens,
  SOURCE_TOKENS,
  spread,
} from "../../../static/js/pages/notes/chunks.js";
import { joinLines } from "../../../static/js/pages/notes/pdf.js";

const SENTENCE = "The left ventricle pumps blood into the aorta. ";
const withoutSpaces = (text) => text.replaceAll(/\s+/gu, "");

test("short notes are one part, and empty notes have no parts", () => {
  assert.deepEqual(chunks(" Ebb is falling water.\n\nFlow is rising.\n"), [
    "Ebb is falling water.\n\nFlow is rising.",
  ]);
  assert.deepEqual(chunks(" \n"), []);
});

for (const [name, text] of Object.entries({
  paragraphs: `${SENTENCE.repeat(5)}\n\n`.repeat(20),
  "one paragraph": SENTENCE.repeat(200),
  "one sentence": "word ".repeat(3000),
  "no spaces at all": "x".repeat(9000),
  Japanese: "左心室は血液を大動脈に送り出す。".repeat(200),
  emoji: "😀".repeat(2000),
})) {
  test(`long notes are split into parts that fit, without loss: ${name}`, () => {
    const parts = chunks(text);
    assert.ok(parts.length > 1);
    for (const part of parts)
      assert.ok(roughTokens(part) <= SOURCE_TOKENS, `${roughTokens(part)} tokens`);
    assert.equal(withoutSpaces(parts.join("")), withoutSpaces(text));
  });
}

test("long notes are split between paragraphs or sentences", () => {
  const parts = chunks(
    `${SENTENCE.repeat(20).trim()}\n\n${SENTENCE.repeat(20).trim()}\n\n${SENTENCE.repeat(60).trim()}`,
  );
  for (const part of parts) assert.match(part, /^The left [\s\S]+aorta\.$/u);
});

test("cards are spread evenly over parts, and their number is kept", () => {
  assert.deepEqual(spread(10, 3), [3, 3, 4]);
  assert.deepEqual(spread(2, 4), [0, 1, 0, 1]);
  for (let count = 1; count < 60; count += 7)
    for (let parts = 1; parts < 40; parts += 3)
      assert.equal(
        spread(count, parts).reduce((a, b) => a + b),
        count,
      );
});

test("a request is split into parts, each with its own notes", () => {
  const request = { topic: "Heart", count: 4, source: SENTENCE.repeat(200) };
  const parts = partsOf(request);
  assert.equal(
    parts.reduce((sum, part) => sum + part.requested, 0),
    4,
  );
  assert.ok(
    parts.every(
      (part) => part.requested > 0 && notesOf(request, part.index).startsWith("The left"),
    ),
  );
  assert.deepEqual(
    partsOf({ topic: "Heart", count: 7 }).map(({ index, requested }) => [index, requested]),
    [[0, 7]],
  );
});

test("a prompt with many excluded cards lists the latest ones", () => {
  assert.equal(promptExcluding("Tides", 2, []), "Generate 2 flashcards about Tides");
  const prompt = promptExcluding(
    "Tides",
    1,
    Array.from({ length: 30 }, (_, index) => `Question ${index}\n?`),
  );
  assert.ok(prompt.includes("- Question 29 ?") && !prompt.includes("Question 3 ?"));
});

test("lines of a PDF page are joined into sentences", () => {
  assert.equal(
    joinLines(
      "Photo-\nsynthesis turns light into chemical energy in\nthe chloroplasts of plants.\nIt needs water.\n\n\n\n• light\n• water",
    ),
    "Photosynthesis turns light into chemical energy in the chloroplasts of plants.\nIt needs water.\n\n• light\n• water",
  );
});

test("the time left is shown as text after a card has been generated", () => {
  let now = 0;
  const estimate = new Estimate(() => now);
  assert.equal(estimate.card(3), "");
  estimate.begin();
  now = 30_000;
  assert.equal(estimate.card(4), "about 2 minutes left");
  now = 40_000;
  assert.equal(estimate.card(3), "about a minute left");
  assert.equal(estimate.card(0), "");
  assert.equal(timeLeft(10), "less than a minute left");
  assert.equal(timeLeft(3_600), "about an hour left");
  assert.equal(timeLeft(9_000), "about 2.5 hours left");
});

test("the time left is not shown while the next card takes much longer than the others", () => {
  let now = 0;
  const estimate = new Estimate(() => now);
  estimate.begin();
  now = 10_000;
  estimate.card(6);
  now = 29_000;
  assert.equal(estimate.text, "about a minute left");
  now = 31_000;
  assert.equal(estimate.text, "");
  estimate.card(5);
  assert.equal(estimate.text, "about a minute left");
});

test("the meter of a batch counts the tokens of all requests, also of those before a reload", () => {
  const meter = new Meter();
  meter.update({ generationId: "a", tokens: 1, seconds: 2 });
  meter.update({ generationId: "a", tokens: 100, seconds: 12 });
  meter.update({ generationId: "b", tokens: 1, seconds: 3 });
  meter.update({ generationId: "b", tokens: 50, seconds: 8 });
  assert.match(meter.text(false), /^150 tokens in 20.0 s · 9.9 tokens\/s$/u);
  const restored = new Meter(JSON.parse(JSON.stringify(meter.total)));
  assert.equal(restored.text(false), meter.text(false));
  restored.update({ generationId: "b", tokens: 10, seconds: 1 });
  assert.match(restored.text(false), /^160 tokens in 21.0 s/u);
});

test("partOf returns the part that requested a generation, else undefined", () => {
  const parts = [newPart(0, 3), { ...newPart(1, 3), generationIds: ["g1", "g2"] }];
  assert.equal(partOf(parts, "g2"), parts[1]);
  for (const unknown of ["g3", null]) assert.equal(partOf(parts, unknown), undefined);
  assert.equal(partOf(undefined, "g1"), undefined);
});

test("a part stored by an earlier release is restored with the current field names", () => {
  const part = { ...newPart(1, 3), received: 2, generationIds: ["g1"] };
  const { index, requested, received, ...others } = part;
  assert.deepEqual(restorePart({ at: index, count: requested, taken: received, ...others }), part);
  assert.deepEqual(restorePart(part), part);
});
