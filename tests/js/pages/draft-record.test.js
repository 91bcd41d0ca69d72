import assert from "node:assert/strict";
import { test } from "node:test";

import {
  generationIdsOf,
  newDraft,
  toDraftBody,
  toRecord,
} from "../../../static/js/pages/make/draft-record.js";

const CARD = {
  id: "a",
  front: "ebb",
  back: "falling",
  part: 1,
  check: { agrees: false, answer: "rising" },
};
const RECORD = {
  key: "1",
  request: { topic: "Tides", count: 3 },
  cards: [{ ...CARD, unsent: true }],
  parts: [
    { index: 0, requested: 1, received: 0, state: "open", generationIds: ["g1"] },
    { index: 1, requested: 2, received: 1, state: "done", generationIds: ["g2", "g1"] },
  ],
  others: ["g3"],
  dropped: ["b"],
  state: "done",
  words: "1 of 3 cards",
  name: "My tides",
  isCheckStopped: true,
};

const store = (record) => JSON.parse(JSON.stringify(toDraftBody(record)));

test("a new draft has a UUID and no version", () => {
  assert.match(newDraft().id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u);
  assert.equal(newDraft().version, 0);
});

test("a stored batch is restored with its request, parts, changes, name and checked answers", () => {
  const { record, cards, topic, generationIds } = store(RECORD);
  assert.deepEqual(generationIds, ["g1", "g2", "g3"]);
  const restored = toRecord({ id: "d", version: 4, topic, cards, record });
  assert.deepEqual(restored, {
    ...RECORD,
    key: "d",
    cards: [CARD],
    draft: { id: "d", version: 4 },
  });
});

test("the status text of a batch that is being written does not change its draft", () => {
  const writing = { ...RECORD, state: "writing" };
  assert.deepEqual(store({ ...writing, words: "Part 1" }), store({ ...writing, words: "Part 2" }));
});

test("a card that arrived later belongs to the part that requested its generation", () => {
  const { record, cards, topic } = store(RECORD);
  const late = { id: "c", front: "flow", back: "rising", generationId: "g2" };
  const restored = toRecord({ id: "d", version: 1, topic, cards: [...cards, late], record });
  assert.deepEqual(restored.cards[1], { id: "c", front: "flow", back: "rising", part: 1 });
  assert.equal(restored.parts[1].received, 2);
});

test("a draft of another client is restored without a record", () => {
  const cards = [{ front: "ebb", back: "falling" }];
  const { request, state } = toRecord({ id: "d", version: 1, topic: "Tides", cards, record: {} });
  assert.deepEqual(request, { topic: "Tides", count: 1 });
  assert.equal(state, "stopped");
});

test("generations that belong to several parts are listed once", () => {
  assert.deepEqual(generationIdsOf({ parts: undefined, others: ["g", "g"] }), ["g"]);
});
