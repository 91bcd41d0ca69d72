/** Checking of a card's answer: a model answers the question from the card's sentence. Pure. */
import { fillGaps } from "../text/cloze.js";
import { NEGATION, SHORT_WORD, stems, UNIT, UNSPACED_NEGATION } from "./grounding.js";
import { isNumber, isUnspaced, termsOf, tokensOf } from "./words.js";

/** The least F1 of the words of two answers that agree. */
const MIN_F1 = 0.5;
/** The number of tokens that the model may write. */
export const MAX_TOKENS = 64;
/* eslint-disable mindflip/no-untranslated-text -- prompts for a model */
const NOT_SAID = "NOT SAID";
const INSTRUCTIONS = `Answer the question from the text, in the language of the text and in as few words as possible. Use only the text. If the text does not contain the answer, write ${NOT_SAID}.`;

/**
 * Return the messages that have a model answer the question of a card from its sentence.
 * @param {{front: string, sentence?: string}} card
 */
export function questionMessages({ front, sentence }) {
  return [
    { role: "system", content: INSTRUCTIONS },
    { role: "user", content: `Text: ${sentence}\n\nQuestion: ${front}` },
  ];
}

/* eslint-enable mindflip/no-untranslated-text */

const REFUSAL = /^\W*not\s+said\W*$/iu;
const CONTRACTED_NOT = /n['’]t(?!\p{L})/gu;

/**
 * The result of a check. `answer` is the text of the model, or "" if it found no answer.
 * @typedef {{agrees: boolean, answer: string}} AnswerCheck
 */

/**
 * Compare the answer of a card with the text that the model wrote.
 * @param {{front: string, back: string}} card
 * @param {{text: string, finishReason: string}} written
 * @returns {AnswerCheck|null} null if the model wrote nothing, or was stopped within its answer
 */
export function compareAnswer({ front, back }, { text, finishReason }) {
  const [answer, ...rest] = text.trim().split("\n");
  const isCut = finishReason === "abort" || (finishReason === "length" && !rest.length);
  if (isCut || !answer) return null;
  if (REFUSAL.test(answer)) return { agrees: false, answer: "" };
  return { agrees: answersAgree(back, answer, front), answer: answer.trim() };
}

/**
 * Return whether two answers say the same, as far as their words show it.
 *
 * They have the same numbers, with the same units, either both or neither have a negation, and more
 * than half of their words are the same. Short words, such as "the", count only together with the
 * others. Words with a common stem are the same. Words that the second answer repeats from the
 * question do not count.
 * @param {string} first
 * @param {string} second
 * @param {string} [question]
 */
export function answersAgree(first, second, question = "") {
  const [a, b] = [first, second].map((text) => tokensOf(text.replace(CONTRACTED_NOT, " not")));
  const repeated = tokensOf(question);
  const termsOfA = termsOf(a);
  const termsOfB = withoutRepeated(termsOf(b), termsOf(repeated), termsOfA);
  const numbersOfB = new Set(withoutRepeated(b, repeated, a).filter(isNumber));
  return (
    haveSameNumbers(unitsOf(a), unitsOf(b), numbersOfB) &&
    hasNegation(a) === hasNegation(b) &&
    f1(termsOfA, termsOfB) >= MIN_F1 &&
    f1(longTerms(termsOfA), longTerms(termsOfB)) > MIN_F1
  );
}

/**
 * Return whether a card is a cloze whose filled text is in its sentence, word for word.
 *
 * The sentence then has the hidden texts as well, so no model is needed to check them.
 * @param {{front: string, sentence?: string}} card
 */
export function isVerbatimCloze({ front, sentence }) {
  const { text, hidden } = fillGaps(front);
  const spaced = (value) => ` ${tokensOf(value).join(" ")} `;
  return hidden.length > 0 && Boolean(text.trim()) && spaced(sentence ?? "").includes(spaced(text));
}

/** Return the terms without short words, or all if the others are short as well. */
function longTerms(terms) {
  const long = terms.filter(
    (term) => isNumber(term) || isUnspaced(term) || [...term].length > SHORT_WORD,
  );
  return long.length ? long : terms;
}

/** Return the harmonic mean of the shares of terms that the other list has, too. */
function f1(first, second) {
  const common = commonCount(first, second) + commonCount(second, first);
  return common ? common / (first.length + second.length) : 0;
}

function commonCount(terms, others) {
  const known = new Set(others.flatMap(formsOf));
  return terms.filter((term) => formsOf(term).some((form) => known.has(form))).length;
}

const formsOf = (term) => [term, ...stems(term)];

/** Return the terms without those that are in the question and not in the other answer. */
function withoutRepeated(terms, ofQuestion, ofOther) {
  const other = new Set(ofOther.flatMap(formsOf));
  const repeated = new Set(ofQuestion.flatMap(formsOf).filter((form) => !other.has(form)));
  return terms.filter(
    (term) => other.has(term) || !formsOf(term).some((form) => repeated.has(form)),
  );
}

/**
 * Return whether the numbers are the same. A unit that only one of the answers has is ignored.
 * @param {Map<string, string>} first the unit of each number
 * @param {Map<string, string>} second
 * @param {Set<string>} compared the numbers of the second answer that count
 */
function haveSameNumbers(first, second, compared) {
  return (
    first.size === compared.size &&
    [...first].every(([number, unit]) => {
      const other = second.get(number);
      return other !== undefined && (!unit || !other || unit === other);
    })
  );
}

/** @returns {Map<string, string>} the unit of each number, or "" */
function unitsOf(tokens) {
  return new Map(
    tokens.flatMap((token, index) => {
      const next = tokens[index + 1] ?? "";
      return isNumber(token) ? [[token, UNIT.test(next) ? next : ""]] : [];
    }),
  );
}

const hasNegation = (tokens) =>
  tokens.some((token) =>
    isUnspaced(token) ? token.search(UNSPACED_NEGATION) >= 0 : NEGATION.test(token),
  );
