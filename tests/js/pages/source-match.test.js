/** Cards from notes that are sent in parts are looked up in all parts. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { newPart, notesOf } from "../../../static/js/pages/make/parts.js";
import { checked, recheck, sourceMatch } from "../../../static/js/pages/make/source-match.js";
import { SourceText } from "../../../static/js/pages/notes/grounding.js";

const FACT = "Fact number 7 is about the ventricle.";
const source = [
  "The left ventricle pumps blood. ".repeat(45),
  "Rivers run to the sea. ".repeat(20),
  FACT,
].join("\n\n");
const card = { front: "What is fact number 7 about?", back: "The ventricle" };

/** Return a record with two parts. The second one contains the fact. */
function recordWith(...sentIds) {
  const parts = [0, 1].map((index) => newPart(index, 2));
  sentIds.forEach((id, index) => id && parts[index].generationIds.push(id));
  return /** @type {any} */ ({ request: { topic: "Facts", count: 4, source }, parts, cards: [] });
}

test("the notes of the test have two parts, of which the second contains the fact", () => {
  const record = recordWith("a", "b");
  assert.ok(!notesOf(record.request, 0).includes(FACT));
  assert.ok(notesOf(record.request, 1).includes(FACT));
});

test("a card is found in another part than its own as soon as that part is sent", () => {
  const record = recordWith("a");
  const draft = { ...card, found: false, sentence: "", part: 0 };
  record.cards.push(draft);
  const changes = [];
  const batch = /** @type {any} */ ({
    record,
    change: (changed, fields) => changes.push(Object.assign(changed, fields)),
  });
  recheck(batch);
  assert.deepEqual(changes, []);
  record.parts[1].generationIds.push("b");
  recheck(batch);
  assert.deepEqual(changes, [draft]);
  assert.deepEqual([draft.found, draft.sentence], [true, FACT]);
  recheck(batch);
  assert.equal(changes.length, 1);
});

test("a new card gets the match in all parts, with its other fields", () => {
  assert.deepEqual(checked(recordWith("a", "b"), { ...card, id: "1", found: false }), {
    ...card,
    id: "1",
    found: true,
    sentence: FACT,
  });
});

test("the mark of the server is kept for notes in one part, and for cards without a mark", () => {
  const single = { ...card, found: false, sentence: "" };
  assert.equal(checked(recordWith("a"), single), single);
  assert.equal(checked(recordWith("a", "b"), card), card);
});

test("parts that are sent later give the same match as all notes at once", () => {
  const record = recordWith("a");
  assert.equal(sourceMatch(record, card).found, false);
  record.parts[1].generationIds.push("b");
  const joined = [0, 1].map((index) => notesOf(record.request, index)).join("\n\n");
  assert.deepEqual(sourceMatch(record, card), new SourceText(joined).find(card));
});

test("a card without notes has no match", () => {
  const record = recordWith("a");
  record.request.source = undefined;
  assert.deepEqual(sourceMatch(record, card), {});
});
