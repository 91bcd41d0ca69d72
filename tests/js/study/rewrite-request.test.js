/** The request for simpler cards, and the cards that the dialog saves. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { newCardsOf, rewriteRequest } from "../../../static/js/pages/study/rewrite-request.js";

const KINDS = [
  { name: "basic", option: "question-answer", hasGaps: false },
  { name: "cloze", option: "cloze", hasGaps: true },
  { name: "definition", option: "definition", hasGaps: false },
];
globalThis.document = /** @type {any} */ ({
  getElementById: () => ({ textContent: JSON.stringify(KINDS) }),
});

const CARD = { front: "What raises\nthe tides?", back: "The Moon.", kind: "basic", sentence: "" };
const CLOZE = { front: "The {{c1::Moon}} raises the tides.", back: "Moon", kind: "cloze" };
const EMPTY = { front: "", back: "" };

test("the topic of a request is the front of the card, with its gaps filled", () => {
  assert.equal(rewriteRequest(CARD, 2, []).topic, "What raises the tides?");
  assert.equal(rewriteRequest(CLOZE, 2, []).topic, "The Moon raises the tides.");
  assert.equal(rewriteRequest({ ...CARD, front: "x".repeat(900) }, 2, []).topic.length, 200);
});

test("the notes of a request are the sentence of the card, or its sides", () => {
  assert.equal(
    rewriteRequest({ ...CARD, sentence: "The Moon pulls." }, 2, []).source,
    "The Moon pulls.",
  );
  assert.equal(rewriteRequest(CARD, 2, []).source, "What raises\nthe tides?\nThe Moon.");
});

test("a request has the kind of the card and bypasses cached results", () => {
  const { kind, count, refresh } = rewriteRequest(CLOZE, 1, []);
  assert.deepEqual([kind, count, refresh], ["cloze", 1, true]);
});

test("the prompt excludes earlier suggestions and, last, the card", () => {
  const { prompt } = rewriteRequest(CARD, 2, [{ front: "What is a tide?", back: "A wave." }]);
  assert.match(
    prompt,
    /repeat these:\n- What is a tide\?\n- What raises the tides\?\n\n.*simpler/u,
  );
});

test("empty cards are left out, and a card without a side has a message", () => {
  const { cards, errors } = newCardsOf([EMPTY, { front: "What is ebb?", back: "" }], "basic");
  assert.deepEqual(
    cards.map(({ index }) => index),
    [1],
  );
  assert.deepEqual(Object.keys(errors), ["back-2"]);
  assert.deepEqual(Object.keys(newCardsOf([EMPTY, EMPTY], "basic").errors), ["front-1"]);
});

test("a card with a gap is a cloze, and other cards have the kind of the old one", () => {
  const kindOf = (card, oldKind) => newCardsOf([card], oldKind).cards[0].kind;
  assert.equal(kindOf(CLOZE, "basic"), "cloze");
  assert.equal(kindOf(CARD, "definition"), "definition");
  assert.equal(kindOf(CARD, "cloze"), "basic");
});
