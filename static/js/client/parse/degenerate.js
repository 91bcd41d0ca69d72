/**
 * Recognizes generated cards that are useless, although they have a front and a back. Its
 * counterpart is flashcards/parsing/degenerate.py, and tests/contract/degenerate_cases.json
 * contains test cases for both.
 *
 * Small models repeat a word forever, stop in the middle of a sentence, copy the example of the
 * prompt, ignore the requested language, or give the answer away in the question. In doubt, a card
 * is kept. The server checks the cards, too.
 */

import { gettext } from "../i18n.js";
import { BadCard, sideName } from "./cards.js";
import { fold } from "./folding.js";
import {
  SEPARATOR,
  contentWords,
  findLanguage,
  isLanguageName,
  isNumber,
  isOtherLanguage,
  isStopWord,
  teachesLanguage,
  wordsOf,
} from "./languages.js";
import { keyOf } from "./repeats.js";

const GAP = /\{\{c[0-9]{1,3}::([^{}]*?)(?:::[^{}]*)?\}\}/gu;
/** Languages without spaces: Thai to Khmer, kana, Han and Hangul. */
const UNSPACED =
  "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]";
const HAS_UNSPACED = new RegExp(UNSPACED, "u");
const SPACE_INSIDE = new RegExp(`(?<=${UNSPACED}) (?=${UNSPACED})`, "gu");
const NAMED = `[^0-9${SEPARATOR}]`;
/** A poly-A tail (AAAAAAA), a blank (______) and a number such as 1000000 are not loops. */
const CHARACTER_LOOP = new RegExp(
  `(${NAMED})\\1{7}|([^0-9])\\2{29}|([0-9])\\3{39}|(${NAMED}{2,8}?)\\4{7}`,
  "u",
);
const UNSPACED_LOOP = new RegExp(
  `(${UNSPACED})\\1{4}|(${UNSPACED}{2,3})\\2{3}|(${UNSPACED}{4,7}?)\\3{2}|(${UNSPACED}{8,40}?)\\4`,
  "u",
);
const MAX_PHRASE_WORDS = 16;
const ONE_WORD_TIMES = 4;
const SHORT_PHRASE_TIMES = 3;
const LONG_PHRASE_WORDS = 5;
const LONG_PHRASE_TIMES = 2;
const SINGLE_LETTER_TIMES = 8;
const LETTERS_OF_WORD = new RegExp(NAMED, "gu");
const SENTENCE_END = /[.!?:;)\]}"'\u00bb\u2019\u201d\u2026\u3002\uff01\uff1f\u061f\u0964]$/u;
const NO_LIMITS = { front: 0, back: 0, afterGap: 0 };
const SHORT_FORM_WORDS = 6;
const EXAMPLE_WORDS = 4;
/** Questions that offer answers: with "or", with options such as a) and b), or with a list. */
const CHOICE =
  /(?:^|[\s,])(?:between|zwischen|entre|or|oder|ou|o|eller|czy|albo|lub|nebo|veya|или|або|या|أو|یا)\s|还是|還是|或|または|それとも|(?:^|\s)\(?[aA1][.)].*\s\(?[bB2][.)]|:.*[,/;]/su;
const QUOTED = new RegExp(
  '"[^"]+"|\u201c[^\u201d]+\u201d|\u201e[^\u201c\u201d]+[\u201c\u201d]|\u00ab[^\u00bb]+\u00bb' +
    `|\`[^\`]+\`|\u300c[^\u300d]+\u300d|(?<!${NAMED})['\u2018][^'\u2018\u2019]+['\u2019](?!${NAMED})`,
  "gu",
);
const BEFORE_LANGUAGE = new Set(["in", "into", "to", "auf", "en", "ins"]);
const AFTER_LANGUAGE = new Set(["word", "term", "translation", "name", "verb", "noun", "for"]);
const ARITHMETIC =
  /[0-9)] ?[-+*/\u00d7\u00f7\u00b7^=<>%\u2212] ?[0-9(]|[0-9] ?[%!\u00b0]|[|\u221a\u2211\u222b]/u;
const YEAR_DIGITS = 4;

/**
 * @typedef {object} Requirements  The facts about a request that its cards are compared with.
 * @property {{front: number, back: number, afterGap: number}} limits  the numbers of words at which
 *   the grammar ends a text; `afterGap` is 0 unless a cloze is requested
 * @property {string} language  as the user wrote it
 * @property {string} topic
 * @property {string} material  the topic and the notes
 * @property {{subject: string, cards: {front: string, back: string}[]}} example  in the prompt
 */

/**
 * Return the requirements of a server's `generate` message.
 *
 * Its chat messages are the rules, an example task and its answer, and the task.
 * @param {any} request @returns {Requirements}
 */
export function requirementsOf({ options = {}, messages = [], responseFormat = {} }) {
  const { language = "", topic = "", source = "" } = options;
  const [, task, answer] = messages;
  return {
    limits: responseFormat.limits ?? NO_LIMITS,
    language,
    topic,
    material: `${topic}\n${source}`,
    example: {
      subject: wordsOf(task?.content ?? "").at(-1) ?? "",
      cards: answer?.role === "assistant" ? exampleCards(answer.content) : [],
    },
  };
}

function exampleCards(text) {
  try {
    return JSON.parse(text);
  } catch {
    return [];
  }
}

/**
 * Throw a BadCard if the card is useless.
 * @param {{front: string, back: string}} card @param {Requirements} requirements
 */
export function checkCard({ front, back }, requirements) {
  const { limits, language } = requirements;
  for (const [side, text] of Object.entries({ front, back }))
    if (isLoop(text))
      throw new BadCard(gettext("repeats itself in its %(field)s", { field: sideName(side) }));
  const hasGap = gapsIn(front).length > 0;
  const side = cutOffSide(front, back, limits, hasGap);
  if (side) throw new BadCard(gettext("breaks off in its %(field)s", { field: sideName(side) }));
  if (repeatsExample(front, back, requirements))
    throw new BadCard(gettext("copies the example from the instructions"));
  if (ignoresLanguage(front, back, requirements))
    throw new BadCard(gettext("is not in the language “%(language)s”", { language }));
  // Without a gap, nothing shows what to hide, so the front may be the whole sentence.
  if (limits.afterGap && !hasGap) return;
  if (givesAnswerAway(front, back)) throw new BadCard(gettext("gives its answer away"));
}

const gapsIn = (text) => [...text.matchAll(GAP)];
const withoutGaps = (text, replacement = "$1") => text.replace(GAP, replacement);

/**
 * Return whether a character, a word or a short phrase is repeated in a run.
 * @param {string} text
 */
export function isLoop(text) {
  const folded = fold(text);
  if (CHARACTER_LOOP.test(folded)) return true;
  if (HAS_UNSPACED.test(folded) && UNSPACED_LOOP.test(folded.replace(SPACE_INSIDE, "")))
    return true;
  const words = wordsOf(text);
  if (new Set(words).size === words.length) return false;
  const longest = Math.min(MAX_PHRASE_WORDS, Math.floor(words.length / 2));
  for (let length = 1; length <= longest; length += 1) if (hasRun(words, length)) return true;
  return false;
}

/** Return whether a phrase of this many words is repeated in a run that is long enough. */
function hasRun(words, length) {
  const times =
    length === 1
      ? ONE_WORD_TIMES
      : length < LONG_PHRASE_WORDS
        ? SHORT_PHRASE_TIMES
        : LONG_PHRASE_TIMES;
  let same = 0;
  for (let at = length; at < words.length; at += 1) {
    same = words[at] === words[at - length] ? same + 1 : 0;
    if (same < length * (times - 1)) continue;
    const phrase = words.slice(at - length + 1, at + 1).join("");
    const letters = phrase.match(LETTERS_OF_WORD)?.length ?? 0;
    if (letters > length || (letters && same >= length * (SINGLE_LETTER_TIMES - 1))) return true;
  }
  return false;
}

/**
 * Return the side that ends at its limit in the middle of a sentence, or an empty string.
 *
 * A cloze is checked by the words after its gap. Its back is the hidden text or the sentence.
 */
function cutOffSide(front, back, limits, hasGap) {
  if (!hasGap) {
    if (isCutOff(front, limits.front)) return "front";
    return isCutOff(back, limits.back) ? "back" : "";
  }
  const last = gapsIn(front).at(-1);
  const rest = front.slice(last.index + last[0].length);
  const start = rest.indexOf(" ");
  return start >= 0 && isCutOff(rest.slice(start + 1), limits.afterGap) ? "front" : "";
}

function isCutOff(text, limit) {
  if (!limit || text.split(" ").length !== limit || SENTENCE_END.test(text)) return false;
  return limit > SHORT_FORM_WORDS || wordsOf(text).slice(-1).some(isStopWord);
}

/**
 * Return whether the card is one of the example's.
 *
 * A long side is enough, because it is not a coincidence. Cards about the example's subject may be
 * like the example.
 */
function repeatsExample(front, back, { example, material }) {
  const sideKey = (text) => JSON.parse(keyOf({ front: withoutGaps(text), back: "" }))[0];
  const isCopy = example.cards.some((card) => {
    const keys = [sideKey(card.front), sideKey(card.back)];
    const same = [sideKey(front) === keys[0], sideKey(back) === keys[1]];
    const isLong = keys.map((key) => key.split(" ").length >= EXAMPLE_WORDS);
    return same.every(Boolean) || same.some((isSame, at) => isSame && isLong[at]);
  });
  return isCopy && !wordsOf(material).includes(fold(example.subject));
}

/**
 * Return whether the card is in another language than the user requested.
 *
 * Vocabulary cards are in two languages, so they are only checked for their script.
 */
function ignoresLanguage(front, back, { language, topic }) {
  const code = language ? findLanguage(language) : null;
  if (!code) return false;
  const isLesson = teachesLanguage(topic);
  if (isLesson && ![null, code].includes(findLanguage(topic))) return false;
  const text = `${withoutGaps(front)} ${back}`;
  return isOtherLanguage(text, isLesson ? [] : wordsOf(text), code);
}

/**
 * Return whether the front shows the answer: all of its content words, outside of gaps.
 *
 * Quoted words do not count, because a question about them may repeat them in its answer. The same
 * is true for the choices of a question, for words of a language, and for figures in sums.
 */
function givesAnswerAway(front, back) {
  const gaps = gapsIn(front);
  if (gaps.length) {
    const visible = withoutGaps(front, " ");
    return gaps.some(([, hidden]) => shows(visible, hidden));
  }
  if (CHOICE.test(front) && !CHOICE.test(back)) return false;
  return !asksForWord(wordsOf(front)) && shows(front.replace(QUOTED, " "), back);
}

function shows(front, answer) {
  const [frontWords, answerWords] = [wordsOf(front), wordsOf(answer)];
  const compact = answerWords.join("");
  if (HAS_UNSPACED.test(compact))
    return [...compact].length >= 2 && frontWords.join("").includes(compact);
  const content = contentWords(answerWords, [...frontWords, ...answerWords]);
  if (content.every(isNumber)) {
    const hasYear = content.some((word) => [...word].length >= YEAR_DIGITS);
    if (!hasYear || ARITHMETIC.test(front)) return false;
  }
  return content.length > 0 && content.every((word) => frontWords.includes(word));
}

/** Return whether a question such as "What is the French word for table?" asks for a word. */
function asksForWord(words) {
  return words.some(
    (word, at) =>
      isLanguageName(word) &&
      (BEFORE_LANGUAGE.has(words[at - 1]) || AFTER_LANGUAGE.has(words[at + 1])),
  );
}
