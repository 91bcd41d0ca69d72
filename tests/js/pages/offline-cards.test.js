/** The status text for cards that the server does not have yet. */
import assert from "node:assert/strict";
import test from "node:test";

import { unsentText } from "../../../static/js/pages/make/offline-cards.js";

const record = (unsent, confirmed, count) => {
  const cards = [...Array(unsent).fill({ unsent: true }), ...Array(confirmed).fill({})];
  return /** @type {any} */ ({ cards, request: { count } });
};

test("the status counts unsent cards and states whether generation continues", () => {
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

test("the status is empty without unsent cards", () => {
  assert.equal(unsentText(record(0, 4, 10)), "");
});
