/** Cloze gaps, tested with the same cases as the Python implementation. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { clozeParts, fillGaps, hasGaps } from "../../../static/js/pages/text/cloze.js";
import { markdownToHtml } from "../../../static/js/pages/text/markdown.js";

const CASES = JSON.parse(
  readFileSync(new URL("../../contract/cloze_cases.json", import.meta.url), "utf8"),
);

/** Return the parts that are shown before the libraries are loaded, as HTML. */
function plainHtml(text) {
  return clozeParts(text, "question")
    .map((part) => (part.isCloze ? `<mark data-cloze="question">${part.text}</mark>` : part.text))
    .join("");
}

for (const { name, text, accepted: isAccepted, filled, hidden, drawn: html } of CASES) {
  test(`gaps are parsed, filled and rendered as in the table: ${name}`, () => {
    assert.equal(hasGaps(text), isAccepted);
    assert.deepEqual(fillGaps(text), { text: filled, hidden });
    assert.equal(markdownToHtml(text, "question"), html);
    assert.equal(plainHtml(text), html);
  });
}
