/** A model's answer is compared with the answer of a card, in several scripts. */
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  answersAgree,
  compareAnswer,
  isVerbatimCloze,
  questionMessages,
} from "../../../static/js/pages/notes/answers.js";

const AGREE = [
  // English
  ["the aorta", "The aorta."],
  ["aorta", "Into the aorta"],
  ["Denver", "the Denver Broncos"],
  ["24 points", "24"],
  ["four", "4"],
  ["5 km", "5 kilometers"],
  ["1,000 m", "1000 m"],
  ["red blood cell", "red blood cells"],
  ["It is not soluble", "not soluble"],
  ["It doesn't conduct", "It does not conduct"],
  ["50 %", "50 percent"],
  // German
  ["rote Blutkörperchen", "die roten Blutkörperchen"],
  ["der Lunge", "die Lungen"],
  ["3,5 kg", "3.5 kg"],
  ["keine Sporen", "Sie haben keine Sporen"],
  // Chinese
  ["主动脉", "主动脉。"],
  ["左心室", "心脏的左心室"],
  ["4 个腔室", "4个腔室"],
  // Thai
  ["หัวใจห้องล่างซ้าย", "หัวใจห้องล่างซ้าย"],
  ["กรุงเทพมหานคร", "กรุงเทพมหานคร ประเทศไทย"],
  // Arabic
  ["البطين الأيسر", "البطين الأيسر للقلب"],
  ["القلب", "قلب"],
  ["١٩٤٥", "1945"],
];

const DISAGREE = [
  // English
  ["Denver", "Carolina"],
  ["the capital of France", "the king of France"],
  ["John Smith", "John Miller"],
  ["in 1889", "in 1890"],
  ["3.5 km", "35 km"],
  ["5 km", "5 m"],
  ["1889", "in 1889 and 1890"],
  ["24 points", "points"],
  ["soluble in water", "not soluble in water"],
  ["It conducts heat", "It doesn't conduct heat"],
  ["the left ventricle", "the text is about the heart and its many parts"],
  ["Austria", "Australia"],
  ["", "Denver"],
  // German
  ["der linke Ventrikel", "die Lunge"],
  ["löslich in Wasser", "nicht löslich in Wasser"],
  ["3,5 kg", "35 kg"],
  // Chinese
  ["左心室", "右心房"],
  ["溶于水", "不溶于水"],
  ["1945年", "1946年"],
  // Thai
  ["หัวใจห้องล่างซ้าย", "ปอด"],
  ["ละลายน้ำ", "ไม่ละลายน้ำ"],
  // Arabic
  ["البطين الأيسر", "الرئة"],
  ["قابل للذوبان", "غير قابل للذوبان"],
  ["١٩٤٥", "١٩٤٦"],
];

for (const [first, second] of AGREE)
  test(`answers agree in both orders: ${first} | ${second}`, () => {
    assert.ok(answersAgree(first, second));
    assert.ok(answersAgree(second, first));
  });

for (const [first, second] of DISAGREE)
  test(`answers disagree in both orders: ${first} | ${second}`, () => {
    assert.ok(!answersAgree(first, second));
    assert.ok(!answersAgree(second, first));
  });

test("words and numbers of the question that the model repeats do not count", () => {
  const questionOf = {
    en: "How large was the average household in 2010?",
    zh: "左心室泵血到哪里？",
  };
  const agrees = (back, answer, language = "en") =>
    answersAgree(back, answer, questionOf[language]);
  assert.ok(agrees("3.07", "The average household was 3.07 in 2010."));
  assert.ok(!agrees("3.07", "The average household was 4.07 in 2010."));
  assert.ok(!agrees("3.07", "The average household was large."));
  assert.ok(!agrees("3.07", questionOf.en));
  assert.ok(!agrees("3.07", "The average household was not 3.07."));
  assert.ok(agrees("in 2010", "in 2010"));
  assert.ok(agrees("主动脉", "左心室泵血到主动脉", "zh"));
  assert.ok(!agrees("肺动脉", "左心室泵血到主动脉", "zh"));
});

const card = { front: "What pumps?", back: "the heart", sentence: "The heart pumps." };
const written = (text, finishReason = "stop") => compareAnswer(card, { text, finishReason });

test("the model gets the sentence and the question, and not the answer of the card", () => {
  const [instructions, { content }] = questionMessages({ ...card, sentence: "It pumps." });
  assert.equal(content, "Text: It pumps.\n\nQuestion: What pumps?");
  assert.ok(!JSON.stringify([instructions, content]).includes("heart"));
});

test("the first line that the model wrote is compared", () => {
  assert.deepEqual(written(" The heart \nNext question"), { agrees: true, answer: "The heart" });
  assert.deepEqual(written("The lungs"), { agrees: false, answer: "The lungs" });
});

test("a model that finds no answer disagrees", () => {
  for (const text of ["NOT SAID", "Not said.", "**not said**"])
    assert.deepEqual(written(text), { agrees: false, answer: "" });
});

test("an answer that is empty or was cut off is not compared", () => {
  assert.equal(written(""), null);
  assert.equal(written("The heart", "abort"), null);
  assert.equal(written("The heart and", "length"), null);
  assert.deepEqual(written("The heart\nand", "length"), { agrees: true, answer: "The heart" });
});

test("a cloze is verbatim if its filled text is in the sentence word for word", () => {
  const sentence = "The heart has four chambers, and it pumps.";
  const isVerbatim = (front) => isVerbatimCloze({ front, sentence });
  assert.ok(isVerbatim("The heart has {{c1::four}} chambers."));
  assert.ok(isVerbatim("{{c1::The heart::organ}} has {{c2::four}} chambers, and it pumps."));
  assert.ok(!isVerbatim("The heart has {{c1::five}} chambers."));
  assert.ok(!isVerbatim("The heart has {{c1::four}} big chambers."));
  assert.ok(!isVerbatim("The heart has four chambers."));
  assert.ok(!isVerbatim("{{c1::}}"));
  assert.ok(!isVerbatimCloze({ front: "{{c1::heart}}" }));
});

test("a cloze of a script without spaces is verbatim only with whole runs of characters", () => {
  const sentence = "心脏有四个腔室，左心室泵血。";
  assert.ok(isVerbatimCloze({ front: "心脏有{{c1::四个}}腔室", sentence }));
  assert.ok(!isVerbatimCloze({ front: "心脏有{{c1::五个}}腔室", sentence }));
});
