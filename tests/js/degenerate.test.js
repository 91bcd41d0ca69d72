/** Useless cards that models write, tested with the same cases as the Python implementation. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { CardStream } from "../../static/js/client/parse.js";
import { checkCard, requirementsOf } from "../../static/js/client/parse/degenerate.js";
import { LANGUAGES } from "../../static/js/client/parse/language-table.js";

const readJson = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const CASES = readJson("../contract/degenerate_cases.json");
const CHAT = [
  { role: "system", content: "Write cards." },
  { role: "user", content: "Generate 2 flashcards about the Moon" },
  {
    role: "assistant",
    content: '[{"front":"What does the Moon go round?","back":"Earth"}]',
  },
  { role: "user", content: "Generate 1 flashcard about cells" },
];

const LIMITS = { front: 24, back: 32, afterGap: 0 };

function requirements({ limits = LIMITS, language = "", topic = "", source = "", example }) {
  return {
    limits,
    language,
    topic,
    material: `${topic}\n${source}`,
    example: example ?? { subject: "", cards: [] },
  };
}

function reasonOf(card, facts) {
  try {
    checkCard(card, facts);
  } catch (error) {
    return error.message;
  }
  return "";
}

for (const { name, front, back, request = {}, reason } of CASES) {
  test(`checkCard rejects useless cards as in the table: ${name}`, () => {
    assert.equal(reasonOf({ front, back }, requirements(request)), reason);
  });
}

test("the language table is the same as the server's", () => {
  assert.deepEqual(LANGUAGES, readJson("../../flashcards/parsing/languages.json"));
});

test("requirementsOf reads the example and its subject from the chat", () => {
  const facts = requirementsOf({ options: { topic: "cells" }, messages: CHAT });
  const copy = { front: "What does the Moon go round?", back: "Mars" };
  assert.equal(reasonOf(copy, facts), "copies the example from the instructions");
  const moon = requirementsOf({ options: { topic: "Moon" }, messages: CHAT });
  assert.equal(reasonOf(copy, moon), "");
});

test("requirementsOf accepts a request without messages", () => {
  assert.equal(reasonOf({ front: "ebb", back: "falling" }, requirementsOf({})), "");
});

test("a stream leaves useless cards out and reports the reason", () => {
  const stream = new CardStream((card) => checkCard(card, requirementsOf({})));
  const cards = stream.push(
    '[{"front":"What is ebb?","back":"Ebb"},{"front":"ebb","back":"falling"}]',
  );
  assert.deepEqual(cards, [{ front: "ebb", back: "falling" }]);
  assert.deepEqual(stream.finish().problems, ["Card 1 gives its answer away."]);
});
