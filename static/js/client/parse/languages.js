/**
 * Languages that users may name, and a test that recognizes a text in another language. Its
 * counterpart is flashcards/parsing/languages.py, with the same table in languages.json, and
 * tests/contract/degenerate_cases.json contains test cases for both.
 *
 * The test looks at the script first. For languages of the same script it looks for frequent words,
 * and decides only if the text is long enough. Names that are not listed are not checked.
 */

import { fold } from "./folding.js";
import { LANGUAGES } from "./language-table.js";

/** Everything that is neither a letter, a digit nor a mark of a letter in the scripts below. */
export const SEPARATOR =
  "\u0000-/:-@\\[-`{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u02c2-\u02df\u037e\u0387" +
  "\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4" +
  "\u0964\u0965\u1680\u2000-\u2bff\u3000-\u3004\u3007-\u3020\u3030\ufeff";
const WORD = new RegExp(`[^${SEPARATOR}]+`, "gu");
const HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff";
const SCRIPTS = {
  latin: "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff",
  greek: "\u0370-\u03ff\u1f00-\u1fff",
  cyrillic: "\u0400-\u052f",
  hebrew: "\u0590-\u05ff",
  arabic: "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
  devanagari: "\u0900-\u097f",
  bengali: "\u0980-\u09ff",
  thai: "\u0e00-\u0e7f",
  hangul: "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
  han: HAN,
  kana: `\u3040-\u30ff${HAN}`, // Japanese also uses Han
};
// eslint-disable-next-line no-misleading-character-class -- these are ranges
const LETTER = new RegExp(`[${Object.values(SCRIPTS).join("")}]`, "gu");
const letterOf = (script) => new RegExp(`[${SCRIPTS[script]}]`, "gu");

const CODE = /^([a-z]{2})(?:[-_][a-z0-9]+)*$/u;
const TRANSCRIBED = /roma|translit|pinyin|latin/u;
/** Words that show that a short topic such as "French verbs" is about learning a language. */
const LESSON = new Set([
  "vocabulary", "vocab", "word", "words", "verb", "verbs", "grammar", "phrase", "phrases",
  "noun", "nouns", "adjectives", "pronouns", "idioms", "spelling", "language", "vokabeln",
  "wörter", "verben", "grammatik", "sprache", "vocabulaire", "mots", "verbes", "grammaire",
  "vocabulario", "palabras", "verbos", "gramática",
]); // prettier-ignore
const MIN_LETTERS = 12;
const SCRIPT_PERCENT = 5;
const MIN_WORDS = 7;
const MIN_HITS = 2;

const split = (words) => words.split(" ").filter(Boolean);
/** The codes of languages by their folded names. @type {Map<string, string>} */
const CODE_OF_NAME = new Map(
  Object.entries(LANGUAGES).flatMap(([code, { names }]) =>
    split(names).map((name) => [fold(name), code]),
  ),
);
const STOP_WORDS = new Map(
  Object.entries(LANGUAGES).map(([code, { words }]) => [code, new Set(split(words))]),
);
/** Frequent words of only one language of the table. */
const OWN_WORDS = new Map([...STOP_WORDS].map(([code, words]) => [code, ownWords(code, words)]));

function ownWords(code, words) {
  const others = [...STOP_WORDS].filter(([other]) => other !== code);
  return new Set([...words].filter((word) => !others.some(([, set]) => set.has(word))));
}

const countIn = (words, set) => [...words].filter((word) => set.has(word)).length;

/**
 * Return the words of a text in order, without differences in capitalization and width.
 * @param {string} text @returns {string[]}
 */
export const wordsOf = (text) => fold(text).match(WORD) ?? [];

/** Return whether a word is the name of a language. @param {string} word */
export const isLanguageName = (word) => CODE_OF_NAME.has(word);

/** Return whether a word is a frequent word of any language. @param {string} word */
export const isStopWord = (word) => [...STOP_WORDS.values()].some((words) => words.has(word));

/**
 * Return the code of the language that a user means, by its name or code, or null if that is not
 * clear.
 * @param {string} name
 */
export function findLanguage(name) {
  const folded = fold(name);
  const code = CODE.exec(folded)?.[1];
  if (code && Object.hasOwn(LANGUAGES, code)) return code;
  if (TRANSCRIBED.test(folded)) return null;
  const codes = new Set(
    wordsOf(name)
      .filter(isLanguageName)
      .map((word) => CODE_OF_NAME.get(word)),
  );
  return codes.size === 1 ? [...codes][0] : null;
}

/** Return whether cards about the topic teach the words of a language. @param {string} topic */
export function teachesLanguage(topic) {
  const words = wordsOf(topic);
  const isLesson = words.length <= 2 || words.some((word) => LESSON.has(word));
  return isLesson && words.some(isLanguageName);
}

/**
 * Return whether the text, whose words are passed in, is not in the language.
 * @param {string} text @param {string[]} words @param {string} code
 */
export function isOtherLanguage(text, words, code) {
  const letters = text.match(LETTER)?.length ?? 0;
  const ofScript = text.match(letterOf(LANGUAGES[code].script))?.length ?? 0;
  if (letters >= MIN_LETTERS && ofScript * 100 < letters * SCRIPT_PERCENT) return true;
  const distinct = new Set(words);
  const own = OWN_WORDS.get(code);
  if (words.length < MIN_WORDS || !own.size || countIn(distinct, own)) return false;
  return [...OWN_WORDS].some(
    ([other, others]) => other !== code && countIn(distinct, others) >= MIN_HITS,
  );
}

/**
 * Return those of the words that have a meaning alone, in the language of a text.
 *
 * Words of one or two letters are left out, except figures.
 * @param {string[]} words @param {string[]} text the words of the text @returns {string[]}
 */
export function contentWords(words, text) {
  const distinct = new Set(text);
  let ignored = new Set();
  let most = 0;
  for (const stopWords of STOP_WORDS.values()) {
    const hits = countIn(distinct, stopWords);
    if (hits > most) [ignored, most] = [stopWords, hits];
  }
  return words.filter((word) => !ignored.has(word) && ([...word].length > 2 || isNumber(word)));
}

/** Return whether a word consists of digits. @param {string} word */
export const isNumber = (word) => /^\p{Decimal_Number}+$/u.test(word);
