import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { splitSentences } from "../../../static/js/pages/notes/sentences.js";

const CASES = JSON.parse(
  readFileSync(new URL("../../contract/sentence_cases.json", import.meta.url), "utf8"),
);

for (const { name, text, sentences } of CASES) {
  test(`a text is split into sentences as in the table: ${name}`, () =>
    assert.deepEqual(splitSentences(text), sentences));
}
