import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { markdownToHtml } from "../../../static/js/pages/text/markdown.js";
import { clozeAt, clozeParts, mathAt } from "../../../static/js/pages/text/spans.js";

const CASES = JSON.parse(readFileSync(new URL("../../contract/rendering_cases.json", import.meta.url), "utf8"));
const REL = ' rel="noopener noreferrer nofollow"';

/** What stands in the table, before sanitising: there links have a rel, empty addresses and titles are gone, math is for MathJax. */
function asInTable(html) {
  return html
    .replace(/<code data-math="(\w+)">([^]*?)<\/code>/g, (_, kind, tex) => (kind === "display" ? `\\[${tex}\\]` : `\\(${tex}\\)`).replace(/}(?=})/g, "} "))
    .replace(/<a( href="[^"]+")?[^>]*>/g, (_, href = "") => `<a${href}${REL}>`)
    .replaceAll("&quot;", '"');
}

for (const { name, text, html } of CASES.filter((each) => !each.text.includes("\u0000"))) {
  test(`the table: ${name}`, () => assert.equal(asInTable(markdownToHtml(text)), html.replaceAll("&nbsp;", "\u00a0")));
}

test("math is found where it begins, and a price is none", () => {
  assert.deepEqual(mathAt("$x$", 0), { tex: "x", isDisplay: false, end: 3 });
  assert.deepEqual(mathAt("$$x$$", 0), { tex: "x", isDisplay: true, end: 5 });
  assert.equal(mathAt("$5 and $10", 0), null);
});

test("a cloze ends where its own braces do, not those of its math", () => {
  const text = "{{c2::$\\frac{a}{b^{2}}$::ratio}} is it";
  assert.equal(text.slice(clozeAt(text, 0).end), " is it");
  assert.equal(clozeAt(text, 0).hint, "ratio");
});

test("of a question nothing hidden is left", () => {
  const parts = clozeParts("In {{c1::Paris}}, {{c2::France::a land}}.", "question");
  assert.equal(parts.map(({ text }) => text).join(""), "In […], [a land].");
});
