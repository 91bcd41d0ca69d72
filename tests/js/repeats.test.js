/** Repeats among generated cards, tested with the same cases as the Python implementation. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { keyOf } from "../../static/js/client/parse/repeats.js";

const CASES = JSON.parse(
  readFileSync(new URL("../contract/repeat_cases.json", import.meta.url), "utf8"),
);

for (const { name, first, second, isRepeat } of CASES) {
  test(`keyOf recognizes repeats as in the table: ${name}`, () => {
    assert.equal(keyOf(first) === keyOf(second), isRepeat);
  });
}
