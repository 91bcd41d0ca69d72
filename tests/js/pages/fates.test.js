/** The fates of cards that only the page knows. */
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  fatesOf,
  recordDiscarded,
  recordRegenerated,
} from "../../../static/js/pages/make/fates.js";

const INSTANT = { front: "{{c1::Ebb}} falls.", back: "Ebb falls.", part: 0, byRule: true };
const GENERATED = { id: "a", front: "ebb", back: "falling", part: 0 };
const NONE = { regenerated: [], instantEdited: 0, instantRegenerated: 0, instantDiscarded: 0 };

const newRecord = (...cards) => /** @type {any} */ ({ cards });

test("a batch without changes has no fates to report", () => {
  assert.deepEqual(fatesOf(newRecord(GENERATED, INSTANT)), NONE);
});

test("a replaced card is reported by its ID, and a replaced instant card by number", () => {
  const record = newRecord();
  recordRegenerated(record, GENERATED);
  recordRegenerated(record, INSTANT);
  assert.deepEqual(fatesOf(record), { ...NONE, regenerated: ["a"], instantRegenerated: 1 });
});

test("only discarded instant cards are reported", () => {
  const record = newRecord();
  recordDiscarded(record, [GENERATED, INSTANT, { ...INSTANT }]);
  assert.deepEqual(fatesOf(record), { ...NONE, instantDiscarded: 2 });
});

test("restored instant cards are no longer reported as discarded", () => {
  const record = newRecord();
  const other = { ...INSTANT };
  recordDiscarded(record, [INSTANT])();
  recordDiscarded(record, [INSTANT, other])([other]);
  assert.deepEqual(fatesOf(record), { ...NONE, instantDiscarded: 1 });
});

test("only edited instant cards are reported as edited", () => {
  const edited = { isEdited: true };
  const record = newRecord({ ...GENERATED, ...edited }, { ...INSTANT, ...edited }, INSTANT);
  assert.deepEqual(fatesOf(record), { ...NONE, instantEdited: 1 });
});
