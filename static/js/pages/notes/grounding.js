/**
 * Matching of cards with the sentences of the notes that support them. flashcards/grounding.py
 * implements and explains the same rule. Both are tested with tests/contract/grounding_cases.json.
 */
import { fillGaps } from "../text/cloze.js";
import { splitSentences } from "./sentences.js";
import { isNumber, isUnspaced, termsOf, tokensOf } from "./words.js";

const MIN_BACK_SHARE = 0.7;
const MIN_FRONT_SHARE = 0.2;
const MIN_SHARE_OF_BEST = 0.6;
const MIN_PAIRS_SHARE = 0.33;
const MANY_PAIRS = 3;
const VIETNAMESE = /[\u1ea0-\u1ef9\u0110\u0111\u01a0\u01a1\u01af\u01b0]/u;
// Weights are integers, so that sums are exact and the same in Python and JavaScript.
const WORD_WEIGHT = 80;
export const SHORT_WORD = 3;
const SHORT_WEIGHT = 20;
const ABSENT_PERCENT = 50;
const STEM_PERCENT = 65;
const STEM_CUT = 2;
const MIN_STEM_LENGTH = 4;
const NEIGHBORS = 2;
export const UNIT =
  /^(?:[%‰$€£¥₹]|°[cf]?|[kcmn]?m|[km]?g|[km]?w|[km]?v|[kmg]?hz|m?[sl]|kj|gw|[th]|min)$/u;
export const NEGATION =
  /^(?:not|no|never|nor|cannot|nicht|kein(?:e[nrsm]?)?|nie|niemals|nunca|jamas|ni|ne|pas|aucune?|non|nao|nu|niciodata|degil|не|нет|ни|никогда|δεν|οχι|μη|μην|ليس|ليست|لا|لم|لن|غير|नही|नहीं|न|मत|khong|chang|chua|niet|geen|inte|ikke)$/u;
export const UNSPACED_NEGATION =
  /ไม่ใช่|ไม่|不是|不|没有|没|沒有|沒|無|无|未|ではない|ではありません|ない|ません|않|아니/gu;

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
  /** @type {string[]} */
  sentences = [];
  /** The tokens of each sentence, with spaces between and around them. @type {string[]} */
  #tokens = [];
  /** @type {Set<string>[]} */
  #numbers = [];

  /** @param {string} text */
  constructor(text) {
    this.add(text);
  }

  /** Add more notes, as if they were separated by a blank line. @param {string} text */
  add(text) {
    for (const sentence of splitSentences(text)) {
      this.#addSentence(sentence, this.sentences.length);
      this.sentences.push(sentence);
    }
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
    const [prompt, answer] = sides.map(tokensOf);
    if (!this.#exact.size || !answer.length) return UNCHECKED;
    const evidence = new Evidence(prompt, answer, VIETNAMESE.test(sides[1]));
    const best = this.#bestSentence(prompt, answer, evidence);
    return best === undefined
      ? { found: false, sentence: "" }
      : { found: true, sentence: this.sentences[best] };
  }

  #addSentence(sentence, index) {
    const tokens = tokensOf(sentence);
    this.#tokens.push(` ${tokens.join(" ")} `);
    this.#numbers.push(new Set(tokens.filter(isNumber)));
    for (const term of termsOf(tokens, true)) {
      addToIndex(this.#exact, term, index);
      for (const stem of stems(term)) addToIndex(this.#stems, stem, index);
    }
  }

  #bestSentence(prompt, answer, evidence) {
    const answerShares = this.#shares(termsOf(answer));
    const promptShares = this.#shares(termsOf(prompt), ABSENT_PERCENT);
    const bestShare = [...promptShares.values()].reduce((a, b) => Math.max(a, b), 0);
    const minShare = Math.max(MIN_FRONT_SHARE, MIN_SHARE_OF_BEST * bestShare);
    const shareAt = (index) => promptShares.get(index) ?? 0;
    const scored = [...answerShares]
      .filter(
        ([index, share]) =>
          share >= MIN_BACK_SHARE &&
          (!prompt.length || Math.max(shareAt(index), shareAt(index - 1)) >= minShare),
      )
      .map(([index, share]) => ({ index, score: Number((share + shareAt(index)).toFixed(6)) }))
      .sort((a, b) => b.score - a.score || a.index - b.index);
    return scored.find(({ index }) => this.#has(evidence, index))?.index;
  }

  /** Return whether a sentence has the numbers, negations and pairs of words of a card. */
  #has(evidence, index) {
    const numbers = this.#numbers[index];
    const before = this.#numbers[index - 1];
    if (![...evidence.numbers].every((number) => numbers.has(number))) return false;
    if (![...evidence.promptNumbers].every((number) => numbers.has(number) || before?.has(number)))
      return false;
    const hasOthers = [...numbers].some(
      (number) => !evidence.numbers.has(number) && !evidence.promptNumbers.has(number),
    );
    return evidence.isIn(this.#tokens[index], hasOthers);
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
}

/** The texts that a sentence must contain to support a card, in addition to enough words. */
class Evidence {
  #required;
  #numberPlaces;
  #repeatedNumbers;
  #pairs;
  #minPairs = 0;

  /**
   * @param {string[]} prompt tokens
   * @param {string[]} answer tokens
   * @param {boolean} hasSyllables whether the tokens of the answer are syllables
   */
  constructor(prompt, answer, hasSyllables) {
    this.promptNumbers = new Set(prompt.filter(isNumber));
    this.numbers = new Set(answer.filter(isNumber));
    // Duplicates are removed, so that an answer that repeats a word is not slow to look up.
    this.#required = distinct([...units(answer), ...negations(answer)]);
    this.#numberPlaces = distinct(
      answer
        .map((token, index) => (isNumber(token) ? places(answer, index) : []))
        .filter((texts) => texts.length),
    );
    this.#repeatedNumbers = [...this.numbers]
      .map((number) => ({ number, count: answer.filter((token) => token === number).length }))
      .filter(({ count }) => count > 1);
    const wordPairs = pairs(answer).filter(
      (pair) => !pair.some((token) => isUnspaced(token) || isNumber(token)),
    );
    this.#pairs = [...new Set(wordPairs.map((pair) => ` ${pair.join(" ")} `))];
    if (hasSyllables || this.#pairs.length >= MANY_PAIRS)
      this.#minPairs = MIN_PAIRS_SHARE * this.#pairs.length;
  }

  /** Return whether a sentence has the units, negations and pairs of words of the answer. */
  isIn(tokens, hasOtherNumbers) {
    const required = [...this.#required, ...(hasOtherNumbers ? this.#numberPlaces : [])];
    return (
      this.#repeatedNumbers.every(
        ({ number, count }) => tokens.split(` ${number} `).length > count,
      ) &&
      required.every((texts) => texts.some((text) => tokens.includes(text))) &&
      this.#pairs.filter((text) => tokens.includes(text)).length >= this.#minPairs
    );
  }
}

/** Return the lists without duplicates. */
const distinct = (lists) => [...new Map(lists.map((texts) => [texts.join("\n"), texts])).values()];

const pairs = (tokens) => tokens.slice(1).map((token, index) => [tokens[index], token]);

function units(answer) {
  return pairs(answer)
    .filter(([number, unit]) => isNumber(number) && UNIT.test(unit))
    .map((pair) => [` ${pair.join(" ")} `]);
}

/** Return alternative texts for each negation of an answer. A sentence must contain one. */
function negations(answer) {
  return answer.flatMap((token, index) => {
    if (isUnspaced(token)) return unspacedNegations(answer, index);
    if (!NEGATION.test(token)) return [];
    const texts = places(answer, index);
    return [texts.length ? texts : [` ${token} `]];
  });
}

function unspacedNegations(answer, index) {
  const token = answer[index];
  return [...token.matchAll(UNSPACED_NEGATION)].map((match) => {
    const [negation] = match;
    const head = [...token.slice(0, match.index)].slice(-NEIGHBORS).join("");
    const tail = [...token.slice(match.index + negation.length)].slice(0, NEIGHBORS).join("");
    const before = head || textBefore(answer, index);
    const after = tail || textAfter(answer, index);
    const texts = [before && before + negation, after && negation + after].filter(Boolean);
    return texts.length ? texts : [negation];
  });
}

/** Return a token with those before it, and with those after it, in the form of a sentence. */
function places(tokens, index) {
  const [before, after] = [textBefore(tokens, index), textAfter(tokens, index)];
  return [before && `${before}${tokens[index]} `, after && ` ${tokens[index]}${after}`].filter(
    Boolean,
  );
}

/** Return the tokens before a token, or the last characters of one without spaces. */
function textBefore(tokens, index) {
  const nearest = tokens.slice(Math.max(0, index - NEIGHBORS), index);
  if (nearest.length && isUnspaced(nearest.at(-1)))
    return `${[...nearest.at(-1)].slice(-NEIGHBORS).join("")} `;
  const spaced = nearest.slice(nearest.findLastIndex(isUnspaced) + 1);
  return spaced.length ? ` ${spaced.join(" ")} ` : "";
}

/** Return the tokens after a token, or the first characters of one without spaces. */
function textAfter(tokens, index) {
  const nearest = tokens.slice(index + 1, index + 1 + NEIGHBORS);
  if (nearest.length && isUnspaced(nearest[0]))
    return ` ${[...nearest[0]].slice(0, NEIGHBORS).join("")}`;
  const end = nearest.findIndex(isUnspaced);
  const spaced = end < 0 ? nearest : nearest.slice(0, end);
  return spaced.length ? ` ${spaced.join(" ")} ` : "";
}

function weight(word) {
  return [...word].length <= SHORT_WORD && !isNumber(word) && !isUnspaced(word)
    ? SHORT_WEIGHT
    : WORD_WEIGHT;
}

/** Return the word and its forms without the last letters. @param {string} word */
export function stems(word) {
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
