import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { tokensOf } from "../../../static/js/pages/notes/words.js";

const CASES = JSON.parse(
  readFileSync(new URL("../../contract/word_cases.json", import.meta.url), "utf8"),
);

for (const { name, text, tokens } of CASES) {
  test(`a text is split into words and numbers as in the table: ${name}`, () =>
    assert.deepEqual(tokensOf(text), tokens));
}
