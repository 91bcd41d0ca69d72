/**
 * Cloze cards made of notes by rule, without a model. Pure.
 *
 * Each card hides words of one statement. Statements are chosen so that the cards cover the notes
 * evenly.
 */
import { fillGaps } from "../text/cloze.js";
import { shorten } from "./clauses.js";
import { candidatesIn, countsOf } from "./gaps.js";
import { languageOf } from "./languages.js";
import { statementsOf } from "./statements.js";
import { tokensOf } from "./tokens.js";

/** The number of statements that are compared for each card. */
const STATEMENTS_PER_CARD = 4;
/** The number of statements that are compared at most, to be fast with long notes. */
const MAX_STATEMENTS = 260;
const MAX_ROUNDS = 3;
/** The weight of a statement without its context, such as "It was built in 1889." */
const PRONOUN_PENALTY = 12;

/**
 * The sides of a card with one gap, as the server stores them. `sentence` is where it comes from.
 * @typedef {{front: string, back: string, sentence: string}} InstantCard
 */

/**
 * Return cloze cards of notes, the best gap of each statement first.
 * @param {string} text
 * @param {number} count the maximum number of cards
 * @param {{language?: string}} [options] the language tag of the notes, which is detected if it is
 *   missing
 * @returns {InstantCard[]}
 */
export function instantCards(text, count, { language: tag } = {}) {
  const language = languageOf(text, tag || undefined);
  const rows = rowsOf(text, count, language);
  const cards = [];
  const hidden = new Set();
  for (let round = 0; round < MAX_ROUNDS && cards.length < count; round += 1)
    for (const row of bestOf(rows, count - cards.length)) {
      const card = nextCard(row, hidden);
      if (card) cards.push(card);
    }
  return cards;
}

/** Return the statements that are compared, each with its gaps. */
function rowsOf(text, count, language) {
  const compared = Math.min(MAX_STATEMENTS, count * STATEMENTS_PER_CARD);
  const readings = evenly(statementsOf(text, language.stop), compared).map((statement) => ({
    ...statement,
    language,
    tokens: tokensOf(statement.text, language),
  }));
  const counts = new Map();
  for (const { tokens } of readings) countsOf(tokens, counts);
  return readings
    .map((statement) => ({ statement, gaps: gapsOf(statement, counts) }))
    .filter(({ gaps }) => gaps.length);
}

function gapsOf(statement, counts) {
  const penalty = statement.language.pronouns?.test(statement.text) ? PRONOUN_PENALTY : 0;
  return candidatesIn(statement, counts).map((gap) => ({ ...gap, weight: gap.weight - penalty }));
}

/** Return `count` items at even distances, or all if there are fewer. */
function evenly(items, count) {
  if (items.length <= count) return items;
  return Array.from(
    { length: count },
    (_, index) => items[Math.floor((index * items.length) / count)],
  );
}

/** Return the best row of each of `count` sections of the notes. */
function bestOf(rows, count) {
  const open = rows.filter(({ gaps }) => gaps.length);
  if (open.length <= count) return open;
  return Array.from({ length: count }, (_, index) => {
    const section = open.slice(
      Math.floor((index * open.length) / count),
      Math.floor(((index + 1) * open.length) / count),
    );
    return section.reduce((best, row) => (row.gaps[0].weight > best.gaps[0].weight ? row : best));
  });
}

/** Return the card of the best gap that is left in a row, and remove the gaps that overlap it. */
function nextCard(row, hidden) {
  while (row.gaps.length) {
    const [gap, ...others] = row.gaps;
    row.gaps = others;
    const answer = row.statement.text.slice(gap.start, gap.end).toLowerCase();
    const card = !hidden.has(answer) && toCard(row.statement, gap);
    if (!card) continue;
    hidden.add(answer);
    row.gaps = others.filter(({ start, end }) => end <= gap.start || start >= gap.end);
    return card;
  }
  return null;
}

/** Return the card, or null if the text would break the syntax of gaps or gives nothing to ask. */
function toCard(statement, gap) {
  const clause = shorten(statement, gap);
  if (!clause) return null;
  const { text, start, end } = clause;
  const hidden = text.slice(start, end);
  const front = `${text.slice(0, start)}{{c1::${hidden}}}${text.slice(end)}`;
  const filled = fillGaps(front);
  if (filled.text !== text || filled.hidden.length !== 1 || filled.hidden[0] !== hidden)
    return null;
  return { front, back: text, sentence: statement.sentence };
}
