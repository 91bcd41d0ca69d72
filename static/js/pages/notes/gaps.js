/* eslint-disable mindflip/no-untranslated-text -- words of notes, not of the page */
/** The words of a statement that are worth hiding, and how much. */
import { protectedSpans } from "./clauses.js";
import { isAdjacent } from "./tokens.js";

/**
 * A part of a statement that a card can hide: its characters from `start` to `end`, which are its
 * words from `first` to `last`.
 * @typedef {{start: number, end: number, first: number, last: number, type: string, weight:
 *   number}} Candidate
 */
/**
 * A statement with its words and the words of its language.
 * @typedef {{text: string, tokens: import("./tokens.js").Token[], gaps: [number, number][],
 *   isFixed?: boolean, language: import("./languages.js").Language & {tag: string}}} Reading
 */

const MAX_WORDS = 8;
const MAX_FIXED_WORDS = 12;
const MAX_LENGTH = 70;
const MAX_PHRASE_WORDS = 3;
const MAX_UNSPACED_PHRASE = 4;
const MAX_SUBJECT_WORDS = 6;
const MAX_ITEM_WORDS = 4;
const MIN_OTHER_WORDS = 2;
const MIN_LENGTH = 3;
const MIN_UNSPACED_LENGTH = 2;
const ABBREVIATION = /^\p{Lu}{2}/u;
/** Words inside names. */
const CONNECTORS = new Set(
  "of the de la las los del da do dos di du des von van der den zu al el bin ibn &".split(" "),
);
const DATE_WORDS = new Set(["de", "del", "of"]);
const MEASURES =
  /^\s?(?:世纪|公里|千米|平方公里|小时|分钟|公斤|百万|世紀|年代|[年月日个人次分秒米里吨元岁名位种家座条部万亿時本枚台番匹歳回つ％度]|\p{Script=Katakana}ー?[\p{Script=Katakana}ー]{0,7})/u;
const SYMBOLS = /^\s?(?:%|‰|°[CF]?|[kcm]?m[²³]|[€£¥₹](?!\p{Nd}))/u;
const CURRENCY = /(?:US)?[$€£¥₹]\s?$/u;
const QUOTED =
  /[“„«「『《]([^“”„«»「」『』《》]{2,60})[”“»」』》]|"([^"]{2,60})"|[(（]([^()（）]{2,40})[)）]/gu;
const ITEM_END = /[,،、;；]/u;
const CLAUSE_END = /[,;:،、，。；：()（）–—।॥.!?]/u;
const BRACES = /[{}]/u;

/**
 * The base weight of each type of candidate is about the share of them, in percent, that people
 * chose as the answer of a question about the same text.
 */
const WEIGHTS = {
  fixed: 90, marked: 60, called: 50, number: 42, date: 40, name: 26, word: 22, quoted: 18,
  cause: 18, item: 14, defined: 12, subject: 10, phrase: 7,
}; // prettier-ignore
const LENGTH_BONUS = [0, 9, 16, 18];
const CLAUSE_END_BONUS = 9;
const AGENT_BONUS = 10;
const BEFORE_BONUS = 7;
const REPETITION_BONUS = 2;
const MAX_REPETITIONS = 4;
/** Words before the one who did something, or before the place or name of something. */
const AGENT_WORDS = new Set("by at as von durch bei por como par 由 在 为 ने".split(" "));

/**
 * Return what can be hidden in a statement, best first.
 * @param {Reading} reading
 * @param {Map<string, number>} counts how often each word occurs in the notes
 * @returns {Candidate[]}
 */
export function candidatesIn(reading, counts) {
  const { text, tokens, gaps, isFixed } = reading;
  const closed = protectedSpans(text);
  const repeated = countsOf(tokens);
  const candidates = new Map();
  const consider = (range, type) => {
    const candidate = range && withWords(range, tokens);
    if (!candidate || !isUsable({ ...candidate, type }, reading, closed, repeated)) return;
    const weight = weigh(candidate, type, reading, counts);
    const key = `${candidate.start}-${candidate.end}`;
    if (!(candidates.get(key)?.weight >= weight))
      candidates.set(key, { ...candidate, type, weight });
  };
  for (const [start, end] of gaps) consider({ start, end }, isFixed ? "fixed" : "marked");
  if (!isFixed)
    for (const [type, find] of FINDERS) for (const range of find(reading)) consider(range, type);
  return [...candidates.values()].sort(
    (a, b) => b.weight - a.weight || a.start - b.start || b.end - a.end,
  );
}

/** @param {{lower: string}[]} tokens */
export function countsOf(tokens, counts = new Map()) {
  for (const { lower } of tokens) counts.set(lower, (counts.get(lower) ?? 0) + 1);
  return counts;
}

const FINDERS = [
  ["number", numbers],
  ["date", dates],
  ["name", names],
  ["called", called],
  ["subject", subjects],
  ["defined", definitions],
  ["cause", causes],
  ["quoted", quoted],
  ["item", items],
  ["phrase", phrases],
];

/** Complete a range of characters or of words, and remove function words from the ends of words. */
function withWords({ start, end, first, last, isExact = start !== undefined }, tokens) {
  first ??= tokens.findIndex((token) => token.end > start);
  last ??= tokens.findLastIndex((token) => token.start < end);
  if (isExact) return first >= 0 && first <= last ? { start, end, first, last } : null;
  while (first <= last && tokens[first].isStop) first += 1;
  while (first <= last && tokens[last].isStop) last -= 1;
  return first <= last ? { start: tokens[first].start, end: tokens[last].end, first, last } : null;
}

/** Yield numbers with their currency, symbol and unit. */
function* numbers({ text, tokens, language: { units } }) {
  for (const { isNumber, start, end } of tokens) {
    if (!isNumber) continue;
    const currency = CURRENCY.exec(text.slice(Math.max(0, start - 4), start))?.[0] ?? "";
    let to = end;
    for (const pattern of [SYMBOLS, MEASURES])
      to += pattern.exec(text.slice(to, to + 8))?.[0].length ?? 0;
    for (let unit; units && (unit = units.exec(text.slice(to + 1, to + 20))) && text[to] === " ";)
      to += unit[0].length + 1;
    yield { start: start - currency.length, end: to };
  }
}

/** Yield names of months with the day and the year. */
function* dates({ tokens, language: { tag } }) {
  const months = monthsOf(tag);
  const isPart = (index) => tokens[index]?.isNumber || DATE_WORDS.has(tokens[index]?.lower);
  for (const [index, { lower }] of tokens.entries()) {
    if (!months.has(lower)) continue;
    let [first, last] = [index, index];
    while (isPart(first - 1) && index - first < 2) first -= 1;
    while (isPart(last + 1) && last - index < 3) last += 1;
    if (last > first) yield { first, last };
  }
}

/** @type {Map<string, Set<string>>} */
const monthNames = new Map();

function monthsOf(tag) {
  if (!monthNames.has(tag)) {
    const { format } = new Intl.DateTimeFormat(tag || "en", { month: "long", timeZone: "UTC" });
    const months = Array.from({ length: 12 }, (_, month) => format(Date.UTC(2000, month)));
    monthNames.set(tag, new Set(months.map((name) => name.toLowerCase())));
  }
  return monthNames.get(tag);
}

/** Yield runs of capitalized words. A single noun in German is not a name. */
function* names({ text, tokens, language: { tag } }) {
  for (let first = 0; first < tokens.length; first += 1) {
    if (!isName(tokens[first])) continue;
    let last = first;
    for (let next = first + 1; next < tokens.length && next - last <= 2; next += 1) {
      if (!isAdjacent(text, tokens[next - 1], tokens[next])) break;
      if (isName(tokens[next])) last = next;
      else if (!CONNECTORS.has(tokens[next].lower)) break;
    }
    if (last > first || tag !== "de") yield { first, last };
    first = last;
  }
}

const isName = ({ isCapital, isStop, isNumber }) => isCapital && !isNumber && !isStop;

function* called({ text, tokens, language }) {
  for (const match of text.matchAll(language.called ?? /$^/gu))
    yield phraseFrom(text, tokens, match.index + match[0].length, 5);
}

/** Return the words from a position up to the next function word or punctuation mark. */
function phraseFrom(text, tokens, from, most) {
  let first = tokens.findIndex(({ start }) => start >= from);
  if (first < 0) return null;
  while (tokens[first + 1] && tokens[first].isStop) first += 1;
  let last = first;
  const continues = (next) =>
    next &&
    isAdjacent(text, tokens[last], next) &&
    (!next.isStop || (tokens[last + 2]?.isCapital && CONNECTORS.has(next.lower)));
  while (last - first < most - 1 && continues(tokens[last + 1])) last += 1;
  return { first, last };
}

function* subjects({ text, tokens, language }) {
  const match = language.is?.exec(text);
  if (!match || CLAUSE_END.test(text.slice(0, match.index)) || language.pronouns?.test(text))
    return;
  const last = tokens.findLastIndex(({ end }) => end <= match.index);
  if (last >= 0 && last < MAX_SUBJECT_WORDS) yield { first: 0, last };
}

function* definitions({ text, tokens, language }) {
  const match = language.is?.exec(text);
  if (match) yield* clauseFrom(text, tokens, match.index + match[0].length);
}

function* causes({ text, tokens, language }) {
  for (const match of text.matchAll(language.cause ?? /$^/gu))
    yield* clauseFrom(text, tokens, match.index + match[0].length);
}

/** Yield the words from a position to the end of the clause, and the first phrase of them. */
function* clauseFrom(text, tokens, from) {
  const length = text.slice(from).search(CLAUSE_END);
  const first = tokens.findIndex(({ start }) => start >= from);
  const last =
    length < 0 ? tokens.length - 1 : tokens.findLastIndex(({ end }) => end <= from + length);
  if (first >= 0 && last >= first) yield { first, last };
  yield phraseFrom(text, tokens, from, MAX_ITEM_WORDS);
}

function* quoted({ text }) {
  for (const match of text.matchAll(QUOTED)) {
    const inner = match[1] ?? match[2] ?? match[3];
    const start = match.index + match[0].indexOf(inner);
    yield { start, end: start + inner.length };
  }
}

/** Yield the items of enumerations such as "solid, liquid and gas", except the first ones. */
function* items({ text, tokens, language: { and } }) {
  let previous = -1;
  for (let index = 0; and && index + 1 < tokens.length; index += 1) {
    const between = text.slice(tokens[index].end, tokens[index + 1].start);
    const isAnd = and.test(text.slice(tokens[index].end, tokens[index].end + 10));
    if (!isAnd && !ITEM_END.test(between)) continue;
    const first = index + 1 + Number(isAnd && tokens[index + 1].isStop);
    if (first < tokens.length && previous >= 0 && first - previous <= MAX_ITEM_WORDS + 2) {
      yield phraseFrom(text, tokens, tokens[previous].start, MAX_ITEM_WORDS);
      yield phraseFrom(text, tokens, tokens[first].start, MAX_ITEM_WORDS);
    }
    previous = first;
  }
}

/** Yield the ends of runs of words between function words. Most of them are noun phrases. */
function* phrases({ text, tokens, language: { verbal } }) {
  for (let first = 0; first < tokens.length; first += 1) {
    if (tokens[first].isStop) continue;
    let last = first;
    while (continuesPhrase(text, tokens[last], tokens[last + 1])) last += 1;
    yield* phraseOf(tokens, first, last, verbal);
    first = last;
  }
}

/** In German, no word without a capital follows a noun in a noun phrase. */
function continuesPhrase(text, token, next) {
  if (!next || next.isStop || !isAdjacent(text, token, next)) return false;
  return !(token.isNoun && !next.isCapital);
}

function* phraseOf(tokens, first, last, verbal) {
  const next = last;
  while (last > first && verbal?.test(tokens[last].lower)) last -= 1;
  while (last > first && verbal?.test(tokens[first].lower)) first += 1;
  if (tokens[first].isUnspaced) {
    if (last - first < MAX_UNSPACED_PHRASE) yield { first, last };
    return;
  }
  yield { first: Math.max(first, last - MAX_PHRASE_WORDS + 1), last };
  if (last > first && last === next) yield { first: last, last };
}

function isUsable(candidate, { text, tokens, isFixed }, closed, repeated) {
  const { start, end, first, last, type } = candidate;
  const count = last - first + 1;
  if (end - start > MAX_LENGTH || count > (isFixed ? MAX_FIXED_WORDS : MAX_WORDS)) return false;
  if (BRACES.test(text[start - 1] ?? "") || BRACES.test(text[end] ?? "")) return false;
  // Math and code are hidden as a whole or not at all.
  if (closed.some(([from, to]) => start < to && end > from && (start > from || end < to)))
    return false;
  const inside = tokens.slice(first, last + 1);
  const content = inside.filter(({ isStop }) => !isStop);
  if (!content.length || (isTrivial(content, type) && !isFixed)) return false;
  if (!isFixed && tokens.filter(({ isStop }) => !isStop).length - content.length < MIN_OTHER_WORDS)
    return false;
  const hidden = countsOf(inside);
  return content.some(({ lower }) => repeated.get(lower) === hidden.get(lower));
}

/** Return whether words are a single short word that is neither a number nor an abbreviation. */
function isTrivial(content, type) {
  const [{ text, isNumber, isUnspaced }] = content;
  if (content.length > 1 || isNumber || type === "number" || ABBREVIATION.test(text)) return false;
  return [...text].length < (isUnspaced ? MIN_UNSPACED_LENGTH : MIN_LENGTH);
}

function weigh({ first, last, end }, type, { text, tokens }, counts) {
  const content = tokens.slice(first, last + 1).filter(({ isStop }) => !isStop);
  const base = WEIGHTS[type === "name" && first === last ? "word" : type];
  const often = Math.max(...content.map(({ lower }) => counts.get(lower) ?? 1));
  const previous = tokens[first - 1];
  const next = tokens[last + 1];
  return (
    base +
    LENGTH_BONUS[Math.min(content.length, LENGTH_BONUS.length) - 1] +
    (next && isAdjacent(text, { end }, next) ? 0 : CLAUSE_END_BONUS) +
    (AGENT_WORDS.has(previous?.lower) ? AGENT_BONUS : 0) +
    (previous?.isBefore ? BEFORE_BONUS : 0) +
    (often > 1 ? Math.min(often, MAX_REPETITIONS) * REPETITION_BONUS : 0)
  );
}
