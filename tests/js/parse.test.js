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
function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const FRAGMENTS = ['{"front":"a","back":"b"}', '"front"', '"back"', '"', "'", "\\", "\\u", "{", "}", "[", "]", ":", ",", "\n", " ", "a", "“", "”",
  "Q: ", "A: ", "```", "<think>", "</think>", "\u0000", "\u0001", "\u001f", "\v", "\u0085", "\u2028", "\ud83d", "\ude00", "null", "1.5", "/*"]; // prettier-ignore

function randomText(random) {
  const fragments = Array.from(
    { length: Math.floor(random() * 40) },
    () => FRAGMENTS[Math.floor(random() * FRAGMENTS.length)],
  );
  return fragments.join("");
}

function parseInPieces(text, random) {
  const stream = new CardStream();
  const cards = [];
  for (let start = 0; start < text.length;) {
    const end = start + 1 + Math.floor(random() * 9);
    cards.push(...stream.push(text.slice(start, end)));
    start = end;
  }
  const final = stream.finish();
  return { cards: [...cards, ...final.cards], problems: final.problems };
}

for (const example of CASES) {
  test(`a whole text is parsed as in the table: ${example.name}`, () => {
    assert.deepEqual(parseCards(textOf(example)), {
      cards: example.cards,
      problems: example.problems,
    });
  });
  test(`a text in single characters is parsed as in the table: ${example.name}`, () => {
    assert.deepEqual(
      parseInPieces(textOf(example), () => 0),
      { cards: example.cards, problems: example.problems },
    );
  });
}

const RECORDINGS = JSON.parse(
  readFileSync(new URL("../contract/recorded_outputs.json", import.meta.url), "utf8"),
);

for (const { name, text, cards, problems } of RECORDINGS) {
  test(`a recorded output is parsed the same whole and in pieces: ${name}`, () => {
    assert.deepEqual(parseCards(text), { cards, problems });
    assert.deepEqual(parseInPieces(text, seededRandom(text.length)), { cards, problems });
  });
}

test("random text is parsed the same whole and in pieces, without exceptions", () => {
  const random = seededRandom(20240607);
  for (let round = 0; round < 5000; round += 1) {
    const text = randomText(random);
    assert.deepEqual(parseInPieces(text, random), parseCards(text), JSON.stringify(text));
  }
});

test("a card is returned as soon as its object closes", () => {
  const stream = new CardStream();
  assert.deepEqual(stream.push('Sure! [{"front":"a","back":"b"'), []);
  assert.deepEqual(stream.push("}"), [{ front: "a", back: "b" }]);
  assert.deepEqual(stream.push(',{"front":"say "yes"!","back":"d"}'), [
    { front: 'say "yes"!', back: "d" },
  ]);
  assert.deepEqual(stream.push("]"), []);
  assert.deepEqual(stream.finish(), { cards: [], problems: [] });
});

test("parseFlashcards returns the cards without the problems", () => {
  assert.deepEqual(parseFlashcards('[{"front":"a","back":"b"},{"front":"c"}]'), [
    { front: "a", back: "b" },
  ]);
});

test("parseFlashcards returns no cards for a value that is not a string", () => {
  for (const value of [undefined, null, 7, {}, []]) assert.deepEqual(parseFlashcards(value), []);
});

test("parsing time does not grow with the square of the text's length", () => {
  const cpuMilliseconds = (text) => {
    const stream = new CardStream();
    const before = process.cpuUsage();
    for (let start = 0; start < text.length; start += 7) stream.push(text.slice(start, start + 7));
    stream.finish();
    return process.cpuUsage(before).user / 1000;
  };
  for (const unit of ['{"front":"a" b","back":"c"},', "[", '"x"', "{a:", "Q: ", ' "', "\\"]) {
    cpuMilliseconds(`[{"front":"${unit.repeat(2000)}`);
    const [small, large] = [5000, 40000].map((times) =>
      cpuMilliseconds(`[{"front":"${unit.repeat(times)}`),
    );
    assert.ok(
      large < 40 * Math.max(small, 10),
      `${unit}: ${small} ms, then ${large} ms for 8 times the text`,
    );
  }
});
