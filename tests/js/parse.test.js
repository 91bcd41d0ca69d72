import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";

import { CardStream, parseCards, parseFlashcards } from "../../static/js/client/parse.js";

const CASES = JSON.parse(
  readFileSync(new URL("../contract/parser_cases.json", import.meta.url), "utf8"),
);
const textOf = ({ text }) =>
  typeof text === "string"
    ? text
    : text.map((part) => (typeof part === "string" ? part : part[0].repeat(part[1]))).join("");

/** Return a generator of reproducible pseudorandom numbers (mulberry32). */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const PIECES = ['{"front":"a","back":"b"}', '"front"', '"back"', '"', "'", "\\", "\\u", "{", "}", "[", "]", ":", ",", "\n", " ", "a", "“", "”",
  "Q: ", "A: ", "```", "<think>", "</think>", "\u0000", "\u0001", "\u001f", "\v", "\u0085", "\u2028", "\ud83d", "\ude00", "null", "1.5", "/*"]; // prettier-ignore

function randomText(random) {
  const pieces = Array.from(
    { length: Math.floor(random() * 40) },
    () => PIECES[Math.floor(random() * PIECES.length)],
  );
  return pieces.join("");
}

function inPieces(text, random) {
  const stream = new CardStream();
  const cards = [];
  for (let start = 0; start < text.length;) {
    const end = start + 1 + Math.floor(random() * 9);
    cards.push(...stream.push(text.slice(start, end)));
    start = end;
  }
  const rest = stream.finish();
  return { cards: [...cards, ...rest.cards], problems: rest.problems };
}

for (const example of CASES) {
  test(`the table: ${example.name}`, () => {
    assert.deepEqual(parseCards(textOf(example)), {
      cards: example.cards,
      problems: example.problems,
    });
  });
  test(`the table, sign by sign: ${example.name}`, () => {
    assert.deepEqual(
      inPieces(textOf(example), () => 0),
      { cards: example.cards, problems: example.problems },
    );
  });
}

const RECORDS = JSON.parse(
  readFileSync(new URL("../contract/recorded_outputs.json", import.meta.url), "utf8"),
);

for (const { name, text, cards, problems } of RECORDS) {
  test(`a model's own words, in any pieces: ${name}`, () => {
    assert.deepEqual(parseCards(text), { cards, problems });
    assert.deepEqual(inPieces(text, seeded(text.length)), { cards, problems });
  });
}

test("text in any pieces gives what the whole text gives, and nothing ever throws", () => {
  const random = seeded(20240607);
  for (let round = 0; round < 5000; round += 1) {
    const text = randomText(random);
    assert.deepEqual(inPieces(text, random), parseCards(text), JSON.stringify(text));
  }
});

test("a card comes the moment its object closes", () => {
  const stream = new CardStream();
  assert.deepEqual(stream.push('Sure! [{"front":"a","back":"b"'), []);
  assert.deepEqual(stream.push("}"), [{ front: "a", back: "b" }]);
  assert.deepEqual(stream.push(',{"front":"say "yes"!","back":"d"}'), [
    { front: 'say "yes"!', back: "d" },
  ]);
  assert.deepEqual(stream.push("]"), []);
  assert.deepEqual(stream.finish(), { cards: [], problems: [] });
});

test("the guide's parseFlashcards gives the cards alone", () => {
  assert.deepEqual(parseFlashcards('[{"front":"a","back":"b"},{"front":"c"}]'), [
    { front: "a", back: "b" },
  ]);
});

test("what is no text has no cards", () => {
  for (const value of [undefined, null, 7, {}, []]) assert.deepEqual(parseFlashcards(value), []);
});

test("the time grows with the text and not with its square", () => {
  const work = (text) => {
    const stream = new CardStream();
    const before = process.cpuUsage();
    for (let start = 0; start < text.length; start += 7) stream.push(text.slice(start, start + 7));
    stream.finish();
    return process.cpuUsage(before).user / 1000;
  };
  for (const unit of ['{"front":"a" b","back":"c"},', "[", '"x"', "{a:", "Q: ", ' "', "\\"]) {
    work(`[{"front":"${unit.repeat(2000)}`);
    const [small, large] = [5000, 40000].map((times) => work(`[{"front":"${unit.repeat(times)}`));
    assert.ok(
      large < 40 * Math.max(small, 10),
      `${unit}: ${small} ms, then ${large} ms for 8 times the text`,
    );
  }
});
