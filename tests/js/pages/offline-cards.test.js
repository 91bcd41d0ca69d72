/** The status text for cards that the server does not have yet. */
import assert from "node:assert/strict";
import test from "node:test";

import { unsentText } from "../../../static/js/pages/make/offline-cards.js";

const record = (unsent, confirmed, count) => {
  const cards = [...Array(unsent).fill({ unsent: true }), ...Array(confirmed).fill({})];
  return /** @type {any} */ ({ cards, request: { count } });
};

test("cards that wait are counted, and whether the model still writes is said", () => {
  assert.equal(
    unsentText(record(3, 1, 10)),
    "No way to the server. Writing goes on; 3 cards wait to be sent.",
  );
  assert.equal(
    unsentText(record(1, 0, 10)),
    "No way to the server. Writing goes on; 1 card waits to be sent.",
  );
  assert.equal(
    unsentText(record(1, 9, 10)),
    "No way to the server. All is written; 1 card waits to be sent.",
  );
});

test("nothing is said when no card waits", () => {
  assert.equal(unsentText(record(0, 4, 10)), "");
});
