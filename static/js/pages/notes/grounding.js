/**
 * Matching of cards with the sentences of the notes that support them. flashcards/grounding.py
 * implements and explains the same rule. Both are tested with tests/contract/grounding_cases.json.
 */
import { fillGaps } from "../text/cloze.js";
import { splitSentences } from "./sentences.js";

const MIN_BACK_SHARE = 0.7;
const MIN_FRONT_SHARE = 0.35;
// Weights are integers, so that sums are exact and the same in Python and JavaScript.
const WORD_WEIGHT = 80;
const SHORT_WORD = 3;
const SHORT_WEIGHT = 20;
const ABSENT_PERCENT = 50;
const STEM_PERCENT = 65;
const STEM_CUT = 2;
const MIN_STEM_LENGTH = 4;
const ACCENTS = /[\u0300-\u036f]/gu;
const DIGIT = /\p{Nd}/u;
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u;
const UNSPACED = [
  [0x0e00, 0x0eff], [0x1000, 0x109f], [0x1780, 0x17ff], [0x3040, 0x30ff], [0x31f0, 0x31ff],
  [0x3400, 0x4dbf], [0x4e00, 0x9fff], [0xac00, 0xd7af], [0xf900, 0xfaff], [0x20000, 0x3134f],
]; // prettier-ignore

/**
 * @typedef {{found: boolean|null, sentence: string}} SourceMatch `found` is null if nothing could
 *   be checked
 */

/** @type {SourceMatch} */
export const UNCHECKED = { found: null, sentence: "" };

/** Notes, indexed for looking up cards. */
export class SourceText {
  /** @type {Map<string, Set<number>>} */
  #exact = new Map();
  /** @type {Map<string, Set<number>>} */
  #stems = new Map();

  /** @param {string} text */
  constructor(text) {
    this.sentences = splitSentences(text);
    this.sentences.forEach((sentence, index) => this.#addSentence(sentence, index));
  }

  /**
   * Return the sentence that supports a card.
   *
   * For a cloze, the whole filled sentence is looked up as the answer, and the hidden text as the
   * question.
   * @param {{front: string, back: string}} card
   * @returns {SourceMatch}
   */
  find({ front, back }) {
    const { text, hidden } = fillGaps(front);
    const sides = hidden.length ? [hidden.join(" "), text] : [front, back];
    const [promptWords, answerWords] = sides.map((side) => wordsOf(side));
    if (!this.#exact.size || !answerWords.length) return UNCHECKED;
    const best = this.#bestSentence(promptWords, answerWords);
    return best === undefined
      ? { found: false, sentence: "" }
      : { found: true, sentence: this.sentences[best] };
  }

  #addSentence(sentence, index) {
    for (const word of wordsOf(sentence, true)) {
      addToIndex(this.#exact, word, index);
      for (const stem of stems(word)) addToIndex(this.#stems, stem, index);
    }
  }

  #bestSentence(promptWords, answerWords) {
    const answerShares = this.#shares(answerWords);
    const promptShares = this.#shares(promptWords, ABSENT_PERCENT);
    const numbers = [...promptWords, ...answerWords].filter(isNumber);
    const fits = ([index, share]) => {
      const promptShare = promptWords.length
        ? Math.max(promptShares.get(index) ?? 0, promptShares.get(index - 1) ?? 0)
        : 1;
      return (
        share >= MIN_BACK_SHARE &&
        promptShare >= MIN_FRONT_SHARE &&
        numbers.every((number) => this.#has(number, index))
      );
    };
    const scored = [...answerShares].filter(fits).map(([index, share]) => ({
      index,
      score: Number((share + (promptShares.get(index) ?? 0)).toFixed(6)),
    }));
    return scored.sort((a, b) => b.score - a.score || a.index - b.index)[0]?.index;
  }

  /**
   * Return, for each sentence, the share of the words' weight that it contains.
   *
   * Words that share a stem are counted together, so that each list of sentences is read a bounded
   * number of times.
   */
  #shares(words, absentPercent = 100) {
    const weightOf = (word) =>
      Math.floor((weight(word) * (this.#exact.has(word) ? 100 : absentPercent)) / 100);
    const total = words.reduce((sum, word) => sum + weightOf(word), 0);
    const weights = new Map();
    // Maps of weights by stem. The index is the number of shorter stems that the word has.
    const byLevel = Array.from({ length: STEM_CUT + 1 }, () => new Map());
    for (const word of words) {
      const wordStems = stems(word);
      const stemWeight = wordStems.length ? Math.floor((weight(word) * STEM_PERCENT) / 100) : 0;
      for (const index of this.#exact.get(word) ?? [])
        add(weights, index, weight(word) - stemWeight);
      wordStems.forEach((stem, position) =>
        add(byLevel[wordStems.length - 1 - position], stem, stemWeight),
      );
    }
    byLevel.forEach((weightOfStem, shorter) => {
      for (const [stem, more] of weightOfStem)
        for (const index of this.#withoutShorterStems(stem, shorter)) add(weights, index, more);
    });
    return new Map([...weights].map(([index, sum]) => [index, sum / total]));
  }

  /** Return the sentences that have a stem but none of its next `shorter` shorter stems. */
  #withoutShorterStems(stem, shorter) {
    const characters = [...stem];
    const shorterStems = Array.from({ length: shorter }, (_, cut) =>
      this.#stems.get(characters.slice(0, characters.length - cut - 1).join("")),
    );
    return [...(this.#stems.get(stem) ?? [])].filter(
      (index) => !shorterStems.some((sentences) => sentences?.has(index)),
    );
  }

  #has(number, index) {
    const postings = this.#exact.get(number);
    return Boolean(postings?.has(index) || postings?.has(index - 1));
  }
}

function wordsOf(text, isSource = false) {
  const words = new Set();
  for (const run of runsOf(fold(text))) {
    if (!isUnspaced(run[0])) words.add(run.join(""));
    else if (run.length === 1 || isSource) run.forEach((character) => words.add(character));
    if (isUnspaced(run[0]))
      for (let index = 0; index + 1 < run.length; index += 1)
        words.add(run[index] + run[index + 1]);
  }
  return [...words];
}

function fold(text) {
  const bare = text.normalize("NFKD").replace(ACCENTS, "");
  return [...bare]
    .map((character) => (character === "ı" ? character : character.toUpperCase().toLowerCase()))
    .join("")
    .normalize("NFC");
}

/**
 * Return runs of letters, digits and combining marks, each as a list of characters.
 *
 * A run does not mix scripts with and without spaces.
 */
function runsOf(text) {
  const runs = [];
  let previousKind = null;
  for (const character of text) {
    const kind = WORD_CHARACTER.test(character) ? isUnspaced(character) : null;
    if (kind !== null && kind === previousKind) runs.at(-1).push(character);
    else if (kind !== null) runs.push([character]);
    previousKind = kind;
  }
  return runs;
}

const isUnspaced = (character) =>
  UNSPACED.some(
    ([first, last]) => first <= character.codePointAt(0) && character.codePointAt(0) <= last,
  );
const isNumber = (word) => DIGIT.test(word);

function weight(word) {
  return [...word].length <= SHORT_WORD && !isNumber(word) && !isUnspaced(word)
    ? SHORT_WEIGHT
    : WORD_WEIGHT;
}

function stems(word) {
  if (isNumber(word) || isUnspaced(word)) return [];
  const characters = [...word];
  const cuts = Array.from({ length: STEM_CUT + 1 }, (_, cut) => characters.length - cut);
  return cuts
    .filter((length) => length >= MIN_STEM_LENGTH)
    .map((length) => characters.slice(0, length).join(""));
}

function add(sums, key, amount) {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}

function addToIndex(postings, word, index) {
  if (!postings.has(word)) postings.set(word, new Set());
  postings.get(word).add(index);
}
