/** The kinds of cards that the server includes in a page, and clozes without a gap. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { kindOf, kindWithGaps } from "../../../static/js/pages/lib/card-kinds.js";
import { OfflineCards } from "../../../static/js/pages/make/offline-cards.js";

const [BASIC, CLOZE] = [
  { name: "basic", option: "question-answer", hasGaps: false },
  { name: "cloze", option: "cloze", hasGaps: true },
];
globalThis.document = /** @type {any} */ ({
  getElementById: (id) => id === "card-kinds" && { textContent: JSON.stringify([BASIC, CLOZE]) },
});

/** Return the kind of a card that is generated while the server is unreachable. */
function kindOffline(front, option) {
  const added = [];
  const batch = {
    record: { cards: added, request: { kind: option, count: 1 } },
    add: (draft) => added.push(draft),
    notify: () => {},
  };
  const part = { index: 0, received: 0 };
  new OfflineCards(/** @type {any} */ (batch), /** @type {any} */ (part), null).add({
    front,
    back: "Moon",
  });
  return added[0].kind;
}

test("kindOf returns the kind with a name or an option", () => {
  assert.deepEqual(kindOf("basic"), BASIC);
  assert.deepEqual(kindOf("question-answer"), BASIC);
  assert.deepEqual(kindOf("cloze"), CLOZE);
});

test("kindWithGaps returns the kind of cards with gaps", () => {
  assert.deepEqual(kindWithGaps(), CLOZE);
});

test("kindOf returns the first kind without a known name", () => {
  assert.deepEqual(kindOf(), BASIC);
  assert.deepEqual(kindOf("riddle"), BASIC);
});

test("a cloze card without a gap becomes a basic card", () => {
  assert.equal(kindOffline("The {{c1::Moon}} is round.", "cloze"), "cloze");
  assert.equal(kindOffline("The {{c0::Moon}} is round.", "cloze"), "basic");
  assert.equal(kindOffline("The Moon is round.", "cloze"), "basic");
  assert.equal(kindOffline("The {{c1::Moon}} is round.", "question-answer"), "basic");
});
