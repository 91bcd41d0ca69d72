/**
 * The parser's last step, which turns the fields of an object into a card draft or reports why that
 * is not possible. Its counterpart is flashcards/parsing/cards.py.
 */

import { gettext, pgettext } from "../i18n.js";
import { trim } from "./folding.js";
import { keyOf } from "./repeats.js";

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
const OTHER_LINE_END = /[\v\f\u0085\u2028\u2029]/gu;
const FORBIDDEN_CHARACTERS = /(?![\t\n\r])[\p{Control}\p{Surrogate}]/gu;
const NUMBER = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/u;
const MERGED_CARDS = /"(?:front|back|question|answer|term|definition)"[ \n]{0,8}:/u;
const LITERALS = new Map(
  Object.entries({
    true: true,
    True: true,
    false: false,
    False: false,
    null: null,
    None: null,
    undefined: null,
    NaN: null,
  }),
);

/**
 * The reason why an object is not a card, as the end of a sentence that starts with "Card 1", in
 * the page's language.
 */
export class BadCard extends Error {}

/** Unquoted text in JSON: a number, true, null, or text whose quotes are missing. */
export class BareWord {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/**
 * Remove the characters that are not allowed in cards.
 *
 * These are control characters, except tabs and line ends, and lone surrogates. Other line ends of
 * Unicode are replaced by newlines.
 * @param {string} text
 */
export const clean = (text) => text.replace(OTHER_LINE_END, "\n").replace(FORBIDDEN_CHARACTERS, "");

/** Return the length of a text in code points. @param {string} text */
const lengthOf = (text) => text.length - (text.match(/[\u{10000}-\u{10ffff}]/gu)?.length ?? 0);

/**
 * Return the letters of a field's name in lower case, so that "Question 1" becomes "question".
 *
 * Return an empty string for names with characters outside ASCII.
 * @param {string} key
 */
export function normalizedName(key) {
  return /^[\0-\x7f]*$/u.test(key) ? key.toLowerCase().replace(/[^a-z]/gu, "") : "";
}

/** Return "front", "back" or undefined for a field of this name. @param {string} name */
export const roleOf = (name) => ROLES.get(name);

/**
 * Convert a value to plain JSON that the server can store.
 *
 * Bare words become the JSON values that they stand for, texts are cleaned, and anything nested
 * deeper than `depth` levels (16 in a card) becomes null.
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
  // Assigning to __proto__ would change the object's prototype.
  const safe = named.filter(([name]) => name !== "__proto__");
  return Object.fromEntries(safe.map(([name, value]) => [name, toPlain(value, depth)]));
}

function plainBareWord(word) {
  if (LITERALS.has(word)) return LITERALS.get(word);
  return NUMBER.test(word) ? Number(word) + 0 : clean(word); // + 0: JSON has no negative zero
}

/**
 * Return the text of a side: a text, a number, or a list of these, joined by commas.
 *
 * Return null for any other value.
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
  if (!front && !back) throw new BadCard(gettext("has neither a front nor a back"));
  checkSide("front", front);
  checkSide("back", back);
  return { ...plainFields(fields, MAX_DEPTH), front, back };
}

function side(fields, role) {
  const byName = new Map([...fields].reverse().map(([key, value]) => [normalizedName(key), value]));
  for (const name of NAMES[role]) {
    const text = byName.has(name) ? textOf(byName.get(name)) : "";
    if (text === null)
      throw new BadCard(gettext("has a %(field)s that is not text", { field: sideName(role) }));
    if (text) return text;
  }
  return "";
}

function checkSide(role, text) {
  const field = sideName(role);
  if (!text) throw new BadCard(gettext("has no %(field)s", { field }));
  const length = lengthOf(text);
  if (length > MAX_SIDE_LENGTH) {
    throw new BadCard(
      gettext("is too long: its %(field)s has %(length)s characters, and %(maximum)s is the most", {
        field,
        length,
        maximum: MAX_SIDE_LENGTH,
      }),
    );
  }
  if (MERGED_CARDS.test(text))
    throw new BadCard(
      gettext("runs into the next one: quotes are missing in its %(field)s", { field }),
    );
}

/** Return the name of a side in the page's language. @param {string} role */
export function sideName(role) {
  return role === "front"
    ? pgettext("side of a card", "front")
    : pgettext("side of a card", "back");
}

/**
 * The cards of a text in their order, without duplicates, and a message for each rejected card.
 */
export class Drafts {
  cards = [];
  problems = [];
  number = 0;
  /** The number of cards that were rejected since the last accepted one. */
  rejectedInARow = 0;
  #seen;
  #check;

  /**
   * @param {(card: {front: string, back: string}) => void} [check] throws a BadCard
   * @param {{front: string, back: string}[]} [earlier] cards that must not be repeated
   */
  constructor(check = () => {}, earlier = []) {
    this.#check = check;
    this.#seen = new Set(earlier.map(keyOf));
  }

  /**
   * Add an object's fields as the next card, or record why they are not a card.
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

  /** Count a card that cannot be read, and record the reason. @param {string} reason */
  reject(reason) {
    this.number += 1;
    this.#addProblem(reason);
  }

  #accept(card) {
    this.#check(card);
    const key = keyOf(card);
    if (this.#seen.has(key)) throw new BadCard(gettext("repeats an earlier card"));
    this.#seen.add(key);
    this.cards.push(card);
    this.rejectedInARow = 0;
  }

  #addProblem(reason) {
    this.rejectedInARow += 1;
    if (this.problems.length < MAX_PROBLEMS)
      // Translators: The reason is a predicate, such as "has no back".
      this.problems.push(gettext("Card %(number)s %(reason)s.", { number: this.number, reason }));
    else if (this.problems.length === MAX_PROBLEMS)
      this.problems.push(gettext("More cards than these were refused."));
  }
}
