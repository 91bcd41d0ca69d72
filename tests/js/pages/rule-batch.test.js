/** Batches from notes that are made by rule, because the model is too small. */
import assert from "node:assert/strict";
import test from "node:test";

import "../document.js";
import {
  isMadeByRule,
  ruleNotice,
  showMadeByRule,
  usesRule,
} from "../../../static/js/pages/make/rule-batch.js";

const KINDS = [
  { name: "basic", option: "question-answer", hasGaps: false },
  { name: "cloze", option: "cloze", hasGaps: true },
];
globalThis.document.getElementById = (id) =>
  /** @type {any} */ (id === "card-kinds" && { textContent: JSON.stringify(KINDS) });

const SMALL = "SmolLM2-135M-Instruct-Q4_1";
const CLOZE = { front: "The {{c1::Moon}} raises the tides.", byRule: true, part: 0 };

/** Return a batch with instant cards that records what it shows. */
function batchOf(instant, count) {
  const record = /** @type {any} */ ({ cards: [], request: { source: "notes", count } });
  const shown = /** @type {any} */ ({});
  const batch = /** @type {any} */ ({
    record,
    instant: {
      settle: (fields) => record.cards.push(...instant.map((card) => ({ ...card, ...fields }))),
    },
    show: (state, text) => Object.assign(shown, { state, text }),
    notify: (notice) => Object.assign(shown, { notice }),
  });
  return { batch, record, shown };
}

test("cards from notes are made by rule if the model is known to be small", () => {
  assert.equal(usesRule("notes", SMALL), true);
  assert.equal(usesRule("notes", "Qwen2.5-0.5B-Instruct-q4f16_1-MLC"), true);
  assert.equal(usesRule("notes", "Llama-3.2-1B-Instruct-q4f32_1-MLC"), false);
});

test("a model of unknown size, or on another device, is asked", () => {
  assert.equal(usesRule("notes", "Phi-3.5-mini-instruct-q4f16_1-MLC"), false);
  assert.equal(usesRule("notes", null), false);
});

test("a small model is asked for cards about a topic", () => {
  assert.equal(usesRule(undefined, SMALL), false);
  assert.equal(usesRule("", SMALL), false);
});

test("the instant cards are the result of the batch, and the cards of a model do not replace them", () => {
  const { batch, record, shown } = batchOf([CLOZE, CLOZE], 2);
  showMadeByRule(batch);
  assert.deepEqual(record.cards, Array(2).fill({ ...CLOZE, isKept: true }));
  assert.deepEqual([shown.state, shown.text], ["done", "2 cards"]);
  assert.equal(shown.notice.label, "Ask the model anyway");
});

test("a batch with fewer cards than requested states that the notes have no more sentences", () => {
  const { batch, shown } = batchOf([CLOZE, CLOZE], 10);
  showMadeByRule(batch);
  assert.equal(shown.text, "2 of 10 cards: your notes have no more sentences to ask about");
});

test("the notice states that clozes were made if another kind was requested", () => {
  const texts = ["cloze", "question-answer", "definition"].map(
    (kind) => ruleNotice({ topic: "", count: 1, kind }).text,
  );
  assert.deepEqual(
    texts.map((text) => text.includes("other kinds of cards need a larger model")),
    [false, true, true],
  );
});

test("a stored batch was made by rule until a model is asked", () => {
  const record = /** @type {any} */ ({ state: "done", cards: [CLOZE] });
  assert.equal(isMadeByRule(record), true);
  assert.equal(isMadeByRule({ ...record, parts: [{}] }), false);
  assert.equal(isMadeByRule({ ...record, others: ["g"] }), false);
  assert.equal(isMadeByRule({ ...record, state: "failed" }), false);
  assert.equal(isMadeByRule({ ...record, cards: [{ front: "Ebb?" }] }), false);
});
