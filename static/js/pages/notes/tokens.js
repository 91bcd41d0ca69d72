/** The words of a text, also in scripts without spaces. */

const TOKEN = /(?:\p{L}\.){2,}|[\p{L}\p{M}\p{N}]+(?:[.,:/'’·&–-][\p{L}\p{M}\p{N}]+)*/gu;
const DIGIT = /\p{Nd}/u;
const HIRAGANA = /\p{Script=Hiragana}/u;
const SHORT_WORD = 3;
const CAPITAL = /^\p{Lu}/u;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** @type {Map<string, Intl.Segmenter>} */
const segmenters = new Map();

/**
 * A word and its position. `isBefore` is true for articles and prepositions, and
 * `isNoun` for German nouns.
 * @typedef {{text: string, lower: string, start: number, end: number, isNumber: boolean, isCapital:
 *   boolean, isNoun: boolean, isStop: boolean, isBefore: boolean, isUnspaced: boolean}} Token
 */

/**
 * Return the words of a text.
 * @param {string} text
 * @param {import("./languages.js").Language & {tag: string}} language
 * @returns {Token[]}
 */
export function tokensOf(text, language) {
  return [...text.matchAll(TOKEN)].flatMap(({ 0: run, index }) =>
    UNSPACED.test(run)
      ? segments(run, language.tag).map(({ segment, index: offset }) =>
          toToken(segment, index + offset, language),
        )
      : [toToken(run, index, language)],
  );
}

/** Return whether two words are separated by nothing but a space, if their script has spaces. */
export function isAdjacent(text, first, second) {
  const between = text.slice(first.end, second.start);
  return between === "" || (between === " " && !second.isUnspaced);
}

function segments(run, tag) {
  if (!Intl.Segmenter) return [{ segment: run, index: 0 }];
  const key = tag || "zh";
  if (!segmenters.has(key)) segmenters.set(key, new Intl.Segmenter(key, { granularity: "word" }));
  return [...segmenters.get(key).segment(run)].filter(({ segment }) =>
    /[\p{L}\p{N}]/u.test(segment),
  );
}

/**
 * Return whether the form of a word shows that it is a function word: Japanese endings are written
 * in Hiragana, and in other languages without a list of words, short words are taken for them.
 */
function isFunctionWord(text, tag) {
  if (tag === "ja") return HIRAGANA.test(text);
  return !tag && text.length <= SHORT_WORD && /^\p{Ll}/u.test(text);
}

function toToken(text, start, { stop, before, tag }) {
  const lower = text.toLowerCase();
  const isCapital = CAPITAL.test(text);
  return {
    text,
    lower,
    start,
    end: start + text.length,
    isNumber: DIGIT.test(text),
    isCapital,
    isNoun: isCapital && tag === "de",
    isStop: stop.has(lower) || isFunctionWord(text, tag),
    isBefore: before.has(lower),
    isUnspaced: UNSPACED.test(text),
  };
}
