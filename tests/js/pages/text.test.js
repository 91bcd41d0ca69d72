import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { markdownToHtml } from "../../../static/js/pages/text/markdown.js";
import { clozeParts } from "../../../static/js/pages/text/cloze.js";
import { Spans } from "../../../static/js/pages/text/spans.js";

const CASES = JSON.parse(
  readFileSync(new URL("../../contract/rendering_cases.json", import.meta.url), "utf8"),
);
const REL = ' rel="noopener noreferrer nofollow"';

/**
 * Convert HTML that has not been sanitized to the form in the table: links have a rel, empty
 * addresses and titles are removed, and math is written for MathJax.
 */
function asInTable(html) {
  return html
    .replace(/<code data-math="(\w+)">([^]*?)<\/code>/g, (_, kind, tex) =>
      (kind === "display" ? `\\[${tex}\\]` : `\\(${tex}\\)`).replace(/}(?=})/g, "} "),
    )
    .replace(/<a( href="[^"]+")?[^>]*>/g, (_, href = "") => `<a${href}${REL}>`)
    .replaceAll("&quot;", '"');
}

for (const { name, text, html } of CASES.filter((example) => !example.text.includes("\u0000"))) {
  test(`Markdown is rendered as in the table: ${name}`, () =>
    assert.equal(asInTable(markdownToHtml(text)), html.replaceAll("&nbsp;", "\u00a0")));
}

test("mathAt returns math that starts at a position, and null for a dollar amount", () => {
  assert.deepEqual(new Spans("$x$").mathAt(0), { tex: "x", isDisplay: false, end: 3 });
  assert.deepEqual(new Spans("$$x$$").mathAt(0), { tex: "x", isDisplay: true, end: 5 });
  assert.equal(new Spans("$5 and $10").mathAt(0), null);
});

test("a gap ends at its own braces, not at those of its math", () => {
  const text = "{{c2::$\\frac{a}{b^{2}}$::ratio}} is it";
  const { end, hint } = new Spans(text).gapAt(0);
  assert.equal(text.slice(end), " is it");
  assert.equal(hint, "ratio");
});

test("a question has hints or ellipses in place of hidden text", () => {
  const parts = clozeParts("In {{c1::Paris}}, {{c2::France::a land}}.", "question");
  assert.equal(parts.map(({ text }) => text).join(""), "In […], [a land].");
});

/** The units that each text repeats, one unit after the other. */
const HOSTILE = {
  "gaps, then math": ["{{c1::", "\\("],
  "gaps in brackets": ["[{{c1::"],
  "gaps with math": ["{{c1::\\("],
  "gaps with dollars": ["{{c1::$a"],
  "gaps and hints": ["{{c1::a::"],
  "nested gaps": ["{{c1::", "}}"],
  "display math": ["\\[\n"],
  "double dollars": ["$$a"],
};

const repeatUnits = (units, length) =>
  units.map((unit) => unit.repeat(length / units.length / unit.length)).join("");

/** Count how often `work` reads a string. Counts are reproducible, unlike times. */
function countReads(work) {
  const readers = [
    [RegExp.prototype, "exec"],
    ...["startsWith", "slice", "indexOf", "includes"].map((name) => [String.prototype, name]),
  ];
  const originals = readers.map(([prototype, name]) => prototype[name]);
  let count = 0;
  readers.forEach(([prototype, name], index) => {
    prototype[name] = function counted(...args) {
      count += 1;
      return originals[index].apply(this, args);
    };
  });
  try {
    work();
  } finally {
    readers.forEach(([prototype, name], index) => (prototype[name] = originals[index]));
  }
  return count;
}

for (const [name, units] of Object.entries(HOSTILE)) {
  test(`work does not grow faster than the length of a card: ${name}`, () => {
    for (const render of [markdownToHtml, clozeParts]) {
      const [short, long] = [500, 2000].map((length) =>
        countReads(() => render(repeatUnits(units, length), "question")),
      );
      assert.ok(long < 6 * short, `${short} reads of 500 characters, ${long} of 2000`);
    }
  });
}
