/**
 * Writes cards from one sentence of the notes after the other, for a `generate` with `passages`.
 *
 * The model first copies the answer, and can only copy words of the sentence. The next message of
 * the same conversation asks for the question, so that an engine can reuse what it has read.
 */

import { parseCards } from "./parse.js";
import { isNumber, isStopWord, wordsOf } from "./parse/languages.js";

const MAX_ANSWER_WORDS = 5;
/** In scripts without spaces, words are often only syllables. */
const MAX_UNSPACED_WORDS = 8;
const UNSPACED =
  /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
/** An answer does not continue across these. Inside a number they do not end it. */
const BOUNDARY = /[,:.](?!\p{Nd})|[;!?()[\]{}"“”„«»。，、；：！？「」（）،؛؟।]|\s[–—-]\s/u;
/** Characters that belong to the number after or before them. */
const BEFORE_NUMBER = /(?<![^\s(])[-−+±]?[$€£¥₹]?$/u;
const AFTER_NUMBER = /^(?: ?[%‰]| ?°[CF]?)/u;
const MIN_LETTERS = 3;
const ANSWER_TOKENS = 60;
const QUESTION_TOKENS = 100;
const IS_QUESTION = /[?？؟]$/u;
const PLACEHOLDER = /\{(passage|sentence|answer)\}/gu;

/**
 * Have the engine write the cards of the request's `passages`.
 *
 * @param {object} run
 * @param {import("./engine-worker.js").Engine} run.engine
 * @param {any} run.request the server's `generate`
 * @param {object} run.sampling the sampling options
 * @param {import("./parse.js").Check} run.check
 * @param {(card: object) => void} run.onCard
 * @param {(progress: {tokens: number, seconds: number}) => void} run.onTokens
 * @param {AbortSignal} run.signal
 * @returns {Promise<{cards: object[], usage: import("./engine-worker.js").Usage}>} also after an
 *   abort, then with the cards finished so far
 */
export async function writePassages({
  engine,
  request,
  sampling,
  check,
  onCard,
  onTokens,
  signal,
}) {
  const { passages, cardsSoFar: earlier = [] } = request;
  const usage = { promptTokens: 0, completionTokens: 0, seconds: 0 };
  const ask = async (messages, options) => {
    if (signal.aborted) return "";
    const before = { ...usage };
    let last = { tokens: 0, seconds: 0 };
    const answer = await engine.generate(messages, {
      ...sampling,
      ...options,
      signal,
      onToken: (progress) => {
        last = progress;
        onTokens({
          tokens: before.completionTokens + last.tokens,
          seconds: before.seconds + last.seconds,
        });
      },
    });
    const { promptTokens = 0, completionTokens, seconds } = answer.usage ?? {};
    usage.promptTokens += promptTokens;
    usage.completionTokens += completionTokens ?? last.tokens;
    usage.seconds += seconds ?? last.seconds;
    return answer.text.trim();
  };
  const cards = [];
  for (const sentence of passages.sentences) {
    if (signal.aborted || cards.length === request.options.count) break;
    const draft = await writeCard(passages, sentence, ask);
    if (!draft || signal.aborted) continue;
    const [card] = parseCards(JSON.stringify([draft]), check, [...earlier, ...cards]).cards;
    if (!card) continue;
    cards.push(card);
    onCard(card);
  }
  return { cards, usage };
}

/** Return the sides of a card about a sentence, or null if the model stopped before their end. */
async function writeCard({ messages: opening, ...passages }, { passage, text }, ask) {
  const answers = answersIn(text);
  if (!answers.size) return null;
  const messages = [...opening, userMessage(passages.answerPrompt, { passage, sentence: text })];
  const answer = await ask(messages, { grammar: grammarOf(answers), maxTokens: ANSWER_TOKENS });
  const start = answers.get(answer);
  if (start === undefined) return null;
  if (!passages.questionPrompt) return { front: withGap(text, start, answer), back: answer };
  messages.push(
    { role: "assistant", content: answer },
    userMessage(passages.questionPrompt, { answer }),
  );
  const { questionGrammar: grammar } = passages;
  const question = await ask(messages, { grammar, maxTokens: QUESTION_TOKENS });
  return IS_QUESTION.test(question) ? { front: question, back: answer } : null;
}

const withGap = (text, start, answer) =>
  `${text.slice(0, start)}{{c1::${answer}}}${text.slice(start + answer.length)}`;

const userMessage = (template, values) => ({
  role: "user",
  content: template.replace(PLACEHOLDER, (_, name) => values[name]),
});

const grammarOf = (answers) =>
  // eslint-disable-next-line mindflip/no-untranslated-text -- a grammar
  `root ::= ${[...answers.keys()].map((text) => JSON.stringify(text)).join(" | ")}`;

/**
 * Return the parts of a sentence that a card can ask for, with the position of each.
 *
 * They are up to five words, start and end with a word that is not a frequent one such as "the",
 * and contain no comma or other boundary.
 * @param {string} sentence
 * @returns {Map<string, number>}
 */
export function answersIn(sentence) {
  const words = [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(sentence)]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ index, segment }) => ({
      ...withUnits(sentence, index, index + segment.length),
      isContent: wordsOf(segment).some(isContent),
    }));
  const most = UNSPACED.test(sentence) ? MAX_UNSPACED_WORDS : MAX_ANSWER_WORDS;
  const answers = new Map();
  words.forEach((first, index) => {
    if (!first.isContent) return;
    for (const last of words.slice(index, index + most)) {
      const text = sentence.slice(first.start, last.end);
      if (BOUNDARY.test(text)) break;
      if (last.isContent && !answers.has(text)) answers.set(text, first.start);
    }
  });
  return answers;
}

/** Return the position of a word, together with the unit or currency of a number. */
function withUnits(sentence, start, end) {
  if (!/^\p{Nd}/u.test(sentence.slice(start, end))) return { start, end };
  const before = BEFORE_NUMBER.exec(sentence.slice(0, start))?.[0] ?? "";
  const after = AFTER_NUMBER.exec(sentence.slice(end))?.[0] ?? "";
  return { start: start - before.length, end: end + after.length };
}

const isContent = (word) =>
  isNumber(word) || (!isStopWord(word) && ([...word].length >= MIN_LETTERS || UNSPACED.test(word)));
