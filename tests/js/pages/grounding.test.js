import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { SourceText } from "../../../static/js/pages/notes/grounding.js";

const CASES = JSON.parse(
  readFileSync(new URL("../../contract/grounding_cases.json", import.meta.url), "utf8"),
);

for (const { name, source, front, back, found: isFound, sentence } of CASES) {
  test(`a card is searched in its source as in the table: ${name}`, () =>
    assert.deepEqual(new SourceText(source).find({ front, back }), { found: isFound, sentence }));
}
