import assert from "node:assert/strict";
import { test } from "node:test";

import { constraint, grammarOf } from "../../../static/js/engine/grammar.js";

const text = (maxLength) => ({ type: "string", minLength: 1, maxLength });
const card = { type: "object", properties: { front: text(160), back: text(320) }, required: ["front", "back"] };

const rules = (grammar) => Object.fromEntries(grammar.split("\n").map((line) => line.split(" ::= ", 2)));

test("cards become an array of that many objects without white space", () => {
  const { root, ...others } = rules(grammarOf({ type: "array", items: card, minItems: 3, maxItems: 3 }));
  assert.match(root, /^"\[" (object\d+) \("," \1\)\{2,2\} "\]"$/);
  assert.ok(Object.values(others).some((body) => body.startsWith(String.raw`"{" "\"front\":" "\""`)));
});

test("every rule that is named is there", () => {
  const grammar = rules(grammarOf({ type: "array", items: card, minItems: 1 }));
  const literalsOut = (body) => body.replaceAll(/"(\\.|[^"\\])*"|\[(\\.|[^\]\\])*\]/g, "");
  for (const body of Object.values(grammar)) {
    for (const [name] of literalsOut(body).matchAll(/[a-z]\w*/g)) assert.ok(name in grammar, `${name} in ${body}`);
  }
});

test("no repetition is above 128, where XGrammar becomes a hundred times slower", () => {
  const grammar = grammarOf({ type: "array", items: { ...card, properties: { front: text(2000), back: text(5) } }, minItems: 50, maxItems: 50 });
  for (const [, most] of grammar.matchAll(/\{\d+,(\d+)\}/g)) assert.ok(Number(most) <= 128, grammar);
});

test("a longer text gets more words", () => {
  const words = (maxLength) => Number(/word \(" " word\)\{0,(\d+)\}/.exec(grammarOf(text(maxLength)))[1]);
  assert.ok(words(300) > words(60));
  assert.equal(words(1), 0);
});

test("an array may be empty, of one, or without end", () => {
  const { root: some } = rules(grammarOf({ type: "array", items: { type: "boolean" } }));
  assert.equal(some, `"[" (("true" | "false") ("," ("true" | "false"))*)? "]"`);
  const { root: one } = rules(grammarOf({ type: "array", items: { type: "boolean" }, minItems: 1, maxItems: 1 }));
  assert.equal(one, `"[" ("true" | "false") "]"`);
});

test("quotes and backslashes in names and values are escaped for JSON and again for the grammar", () => {
  assert.equal(grammarOf({ enum: ['say "hi"'] }), String.raw`root ::= ("\"say \\\"hi\\\"\"")`);
});

test("what has no grammar is left to the engine", () => {
  for (const schema of [{ type: "number" }, { type: "object", properties: { a: text(3) } }, { type: "array" }, { anyOf: [] }, {}]) {
    assert.equal(grammarOf(schema), null);
  }
});

test("the schema's own grammar comes before the one that came along, and that before none", () => {
  assert.notEqual(constraint(card, "root ::= other"), "root ::= other");
  assert.equal(constraint({ type: "number" }, "root ::= other"), "root ::= other");
  assert.equal(constraint(undefined, "root ::= other"), "root ::= other");
  assert.equal(constraint(undefined, undefined), null);
});
