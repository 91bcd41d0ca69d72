/**
 * Recognizes generated cards that ask the same, although they are written differently. Its
 * counterpart is flashcards/parsing/repeats.py, and tests/contract/repeat_cases.json contains test
 * cases for both.
 */

import { fold } from "./folding.js";

const ARTICLES = new Set([
  "the", "a", "an", "der", "die", "das", "ein", "eine", "el", "la", "los", "las", "un", "una",
  "le", "les", "l", "une", "il", "lo", "gli", "uno", "het", "een", "os", "uma",
]); // prettier-ignore
const GAP_START = /\{\{c[0-9]{1,3}::/u;
// Marks between digits are part of a number, such as 3.5, and a dash before a digit is a minus
// sign. Other characters, such as + and #, distinguish names and formulas.
const PUNCTUATION = new RegExp(
  "(?<![0-9])[.,:]|[.,:](?![0-9])|[-\\u2010-\\u2015](?![0-9>])" +
    "|[;!?\\u2026\\xbf\\xa1\"'`\\xb4\\u2018-\\u201f\\xab\\xbb\\u2039\\u203a()\\[\\]]" +
    "|[\\u3001\\u3002\\u300c-\\u300f\\uff01\\uff0c\\uff1a\\uff1b\\uff1f]" +
    "|[\\u060c\\u061b\\u061f\\u0964]",
  "gu",
);

/**
 * Return the key that two generated cards share if one of them repeats the other.
 *
 * Cards with the same front are repeats. Clozes are repeats only if their backs are the same, too.
 * Differences in capitalization, articles, punctuation and white space are ignored.
 * @param {{front: string, back: string}} card
 */
export const keyOf = ({ front, back }) =>
  JSON.stringify([key(front), GAP_START.test(front) ? key(back) : ""]);

function key(text) {
  const folded = fold(text);
  const words = folded.replace(PUNCTUATION, " ").split(" ").filter(Boolean);
  // The last word cannot be an article, as in "hepatitis A".
  const kept = words.filter((word, at) => at === words.length - 1 || !ARTICLES.has(word));
  return kept.join(" ") || folded;
}
