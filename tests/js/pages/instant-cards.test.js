import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { instantCards } from "../../../static/js/pages/notes/instant-cards.js";
import { fillGaps } from "../../../static/js/pages/text/cloze.js";

const CASES = JSON.parse(readFileSync(new URL("./instant-cases.json", import.meta.url), "utf8"));
const SENTENCES = [
  "In 1687 Isaac Newton published the Principia in London.",
  "The Moon goes round the Earth in 27 days.",
  "Water boils at a temperature of 100 °C at sea level.",
  "The capital of Australia is called Canberra.",
];

const hiddenIn = (cards) => cards.flatMap(({ front }) => fillGaps(front).hidden);

for (const { name, text, hidden, fronts = [] } of CASES)
  test(`instant cards are made as in the table: ${name}`, () => {
    const cards = instantCards(text, hidden.length || 4);
    assert.deepEqual(hiddenIn(cards), hidden);
    assert.deepEqual(
      cards.slice(0, fronts.length).map(({ front }) => front),
      fronts,
    );
  });

test("an instant card has one gap and the filled sentence as its back", () => {
  for (const { front, back } of instantCards(SENTENCES.join(" "), 12)) {
    assert.equal(fillGaps(front).hidden.length, 1);
    assert.equal(fillGaps(front).text, back);
  }
});

test("instant cards cover all sentences before they hide a second gap of one", () => {
  const cards = instantCards(SENTENCES.join(" "), 7);
  assert.equal(cards.length, 7);
  assert.deepEqual(
    cards.slice(0, 4).map(({ sentence }) => sentence),
    SENTENCES,
  );
  assert.equal(new Set(hiddenIn(cards)).size, 7);
});

test("few instant cards are spread over long notes", () => {
  const notes = Array.from(
    { length: 100 },
    (_, year) => `Town ${year} was built in ${1800 + year}.`,
  );
  const years = hiddenIn(instantCards(notes.join("\n\n"), 4)).map(Number);
  assert.equal(years.length, 4);
  assert.deepEqual(
    years.map((year) => Math.floor((year - 1800) / 25)),
    [0, 1, 2, 3],
  );
});

test("a long sentence is shortened to the clauses around its gap", () => {
  const sentence =
    "After the long war, the exhausted kingdom, which had lost many of its towns and most of its harvests, signed a treaty in 1648, and its neighbours, who had fought for thirty years, went home.";
  const [{ front, back }] = instantCards(sentence, 1);
  assert.match(front, /^… .* signed a treaty in \{\{c1::1648\}\}.* …$/u);
  assert.ok(back.split(" ").length <= 24);
});

test("the result is the same every time", () => {
  const notes = SENTENCES.join(" ");
  assert.deepEqual(instantCards(notes, 9), instantCards(notes, 9));
});

test("the language of the notes can be given", () => {
  const text = "Rom war die Hauptstadt.";
  assert.deepEqual(instantCards(text, 1, { language: "de" }), instantCards(text, 1));
});

test("long and hostile notes take a bounded time", () => {
  const long = (piece) => piece.repeat(Math.ceil(200_000 / piece.length));
  const texts = ["[a](", "**a", "$a ", "`", "(", "{{c1::a is the ", "|a", "a:\n", "- a b\n"].map(
    long,
  );
  for (const text of [
    ...texts,
    long(`${SENTENCES.join(" ")}\n`),
    long("黑豹"),
    long("ประเทศไทย"),
  ]) {
    const startedAt = performance.now();
    instantCards(text, 200);
    assert.ok(performance.now() - startedAt < 10_000, text.slice(0, 20));
  }
});
