/**
 * From the members of one object to a card draft, or to the reason why it is none. Twin:
 * flashcards/parsing/cards.py
 */

const MAX_SIDE_LENGTH = 2000;
const MAX_PROBLEMS = 50;
const MAX_DEPTH = 16;
const NAMES = {
  front: ["front", "question", "term", "q", "prompt"],
  back: ["back", "answer", "definition", "a", "response"],
};
const ROLES = new Map(
  Object.entries(NAMES).flatMap(([role, names]) => names.map((name) => [name, role])),
);
/** What counts as white space here, in Python as well. */
export const WHITESPACE =
  "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff";
const TRAILING = `${WHITESPACE}.!?,;:…。`;
const WHITESPACE_RUN = new RegExp(`[${WHITESPACE}]+`, "gu");
const OTHER_LINE_END = /[\v\f\u0085\u2028\u2029]/gu;
const FORBIDDEN_CHARACTERS = /(?![\t\n\r])[\p{Control}\p{Surrogate}]/gu;
const NUMBER = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/u;
const MERGED_CARDS = /"(?:front|back|question|answer|term|definition)"[ \n]{0,8}:/u;
const LITERALS = new Map([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
]);
for (const word of ["null", "None", "undefined", "NaN"]) LITERALS.set(word, null);

/** Why something is no card, as the end of a sentence about it. */
class BadCard extends Error {}

/** Text that stood bare in JSON: a number, true, null, or words that lack their quotes. */
export class BareWord {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** The text without the signs of `set` at its end. @param {string} text @param {string} set */
export function trimEnd(text, set = WHITESPACE) {
  let end = text.length;
  while (end > 0 && set.includes(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

/** The text without the signs of `set` at both ends. @param {string} text @param {string} set */
export function trim(text, set = WHITESPACE) {
  let start = 0;
  while (start < text.length && set.includes(text[start])) start += 1;
  return trimEnd(text.slice(start), set);
}

/**
 * The text without the characters that no card keeps: control characters, except tabs and line
 * ends, and lone surrogates. The other line ends of Unicode become newlines.
 * @param {string} text
 */
export const clean = (text) => text.replace(OTHER_LINE_END, "\n").replace(FORBIDDEN_CHARACTERS, "");

/** All white space as single spaces. @param {string} text */
export const withSingleSpaces = (text) => text.replace(WHITESPACE_RUN, " ");

/** How many characters a person would count, roughly: code points. @param {string} text */
const lengthOf = (text) => text.length - (text.match(/[\u{10000}-\u{10ffff}]/gu)?.length ?? 0);

/**
 * What a member is called: its ASCII letters in lower case, so that "Question 1" is "question".
 * @param {string} key
 */
export function normalizedName(key) {
  return /^[\0-\x7f]*$/u.test(key) ? key.toLowerCase().replace(/[^a-z]/gu, "") : "";
}

/** Whether a member of this name is a front or a back. @param {string} name */
export const roleOf = (name) => ROLES.get(name);

/**
 * The value with bare words read as what JSON means by them, every text storable, nothing deeper
 * than 16 levels.
 */
function toPlain(value, depth) {
  if (value instanceof BareWord) return plainBareWord(value.text);
  if (typeof value === "string") return clean(value);
  if (value instanceof Map) return depth ? plainFields(value, depth - 1) : null;
  if (Array.isArray(value)) return depth ? value.map((item) => toPlain(item, depth - 1)) : null;
  return value;
}

function plainFields(fields, depth) {
  const named = [...fields].map(([key, value]) => [clean(key), value]);
  // assigning to __proto__ would change what the object is
  const safe = named.filter(([name]) => name !== "__proto__");
  return Object.fromEntries(safe.map(([name, value]) => [name, toPlain(value, depth)]));
}

function plainBareWord(word) {
  if (LITERALS.has(word)) return LITERALS.get(word);
  return NUMBER.test(word) ? Number(word) + 0 : clean(word); // + 0: JSON has no negative zero
}

/**
 * What a side says: text, a number, or a list of these joined by commas; null for anything deeper.
 */
export function textOf(value) {
  if (!Array.isArray(value)) return scalarText(value);
  const texts = value.map(scalarText);
  return texts.includes(null) ? null : texts.filter(Boolean).join(", ");
}

function scalarText(value) {
  if (value instanceof BareWord)
    return LITERALS.get(value.text) === null ? "" : trim(clean(value.text));
  return typeof value === "string" ? trim(clean(value)) : null;
}

function draftCard(fields) {
  const [front, back] = [side(fields, "front"), side(fields, "back")];
  if (!front && !back) throw new BadCard("has neither a front nor a back");
  checkSide("front", front);
  checkSide("back", back);
  return { ...plainFields(fields, MAX_DEPTH), front, back };
}

function side(fields, role) {
  const byName = new Map([...fields].reverse().map(([key, value]) => [normalizedName(key), value]));
  for (const name of NAMES[role]) {
    const text = byName.has(name) ? textOf(byName.get(name)) : "";
    if (text === null) throw new BadCard(`has a ${role} that is not text`);
    if (text) return text;
  }
  return "";
}

function checkSide(role, text) {
  if (!text) throw new BadCard(`has no ${role}`);
  const length = lengthOf(text);
  if (length > MAX_SIDE_LENGTH) {
    throw new BadCard(
      `is too long: its ${role} has ${length} characters, and ${MAX_SIDE_LENGTH} is the most`,
    );
  }
  if (MERGED_CARDS.test(text))
    throw new BadCard(`runs into the next one: quotes are missing in its ${role}`);
}

/** Case folded one character at a time; Turkish dotless i is a letter of its own. */
const foldCase = (character) =>
  character === "ı" ? character : character.toUpperCase().toLowerCase();

function fold(text) {
  const folded = [...text.normalize("NFKC")].map(foldCase).join("");
  const spaced = trim(withSingleSpaces(folded.normalize("NFKC")));
  return trimEnd(spaced, TRAILING) || spaced;
}

/** What two cards have in common that say the same. @param {{front: string, back: string}} card */
export const keyOf = ({ front, back }) => JSON.stringify([fold(front), fold(back)]);

/**
 * Cards in the order they came, without doubles, and a sentence for each that was refused, by its
 * number.
 */
export class Drafts {
  cards = [];
  problems = [];
  number = 0;
  #seen = new Set();

  /**
   * Take the members as the next card, or note why they are none.
   * @param {Map<string, any>} fields
   */
  add(fields) {
    this.number += 1;
    try {
      this.#accept(draftCard(fields));
    } catch (error) {
      if (!(error instanceof BadCard)) throw error;
      this.#addProblem(error.message);
    }
  }

  /** Count a card that cannot be read at all. @param {string} reason */
  reject(reason) {
    this.number += 1;
    this.#addProblem(reason);
  }

  #accept(card) {
    const key = keyOf(card);
    if (this.#seen.has(key)) throw new BadCard("repeats an earlier card");
    this.#seen.add(key);
    this.cards.push(card);
  }

  #addProblem(reason) {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(`Card ${this.number} ${reason}.`);
    else if (this.problems.length === MAX_PROBLEMS)
      this.problems.push("More cards than these were refused.");
  }
}
