/**
 * From text to tokens, while the text is still arriving: finds where JSON begins in prose, and
 * where a string ends whose own quotes are not escaped. One pass; every look ahead is bounded.
 * Twin: flashcards/parsing/scanner.py
 */

import { WHITE, Word, trim, trimEnd } from "./cards.js";

const WINDOW = 512; // more than any look ahead below can read
const S = `[${WHITE}]{0,64}`;
const DOUBLE = '"\u201c\u201d\u201e\u201f';
const SINGLE = "'\u2018\u2019\u201a\u201b";
const QUOTE = `[${DOUBLE}${SINGLE}]`;
const KEY = `(?:[${DOUBLE}][^${DOUBLE}:\n]{0,60}[${DOUBLE}]|[${SINGLE}][^${SINGLE}:\n]{0,60}[${SINGLE}])${S}:`;
const BARE_KEY = `[A-Za-z_][A-Za-z0-9_]{0,40}${S}:`;
const AFTER_VALUE = `[}\\]]|,${S}(?:[}\\]{]|/[/*])|,?${S}${KEY}|\\{${S}${QUOTE}`;
const sticky = (source) => new RegExp(source, "uy");

const PROSE = /<think>|[{[]/gu;
const OPENING = sticky(`\\{${S}(?:${QUOTE}|[{}]|${BARE_KEY})|\\[${S}[{[]`);
const SPACES = sticky(`[${WHITE}]+`);
const BARE = sticky(`[^,:{}[\\]\n${DOUBLE}]{1,200}`);
const ESCAPE = sticky("\\\\(?:u([0-9a-fA-F]{4})|([bf])(?![A-Za-z])|([^bfu])|)");
// a line break that a model escaped twice: before what begins a line, and not in LaTeX's own
// \nRightarrow
const LINE_BREAK = sticky(
  '\\\\\\\\n(?= ?[A-Z0-9*"-]|\\\\\\\\n)(?!(?:Right|Left|Leftright)arrow|V[Dd]ash)',
);
const LINE_BREAK_READS = 20;
const ESCAPED = new Map(
  Object.entries({
    n: "\n",
    t: "\t",
    r: "\r",
    "\n": "\n",
    '"': '"',
    "'": "'",
    "\\": "\\",
    "/": "/",
  }),
);
const END_OF_STRING = {
  value: sticky(`${S}(?:${AFTER_VALUE})`),
  bare: sticky(`${S}(?:${AFTER_VALUE}|,${S}${BARE_KEY})`),
  list: sticky(`${S}(?:\\]|,${S}(?:${QUOTE}|[[\\]{0-9-]|true|false|null))`),
};
const NO_END_OF_STRING = sticky(`${S}[^${WHITE},{${DOUBLE}${SINGLE}]`);
const END_OF_TEXT = sticky(`${S}$`);
const THINKING_ENDS = "</think>";

/** What closes a string of each kind, what it runs to, and where its closing quote is missing. */
const FAMILIES = new Map(['"', "'", DOUBLE, SINGLE].map((quotes) => [quotes, family(quotes)]));

function family(quotes) {
  return {
    quotes,
    run: sticky(`[^\\\\}\n${quotes}]*`),
    // where the next card, or a member on a line of its own, begins
    unclosed: sticky(`(?:\\}${S},${S}\\{|\n)${S}[${quotes}][^${quotes}:\n]{1,60}[${quotes}]${S}:`),
    closed: sticky(`\\}${S}(?:[^${WHITE},]|,${S}[^${WHITE}{])|\n${S}[^${WHITE}${quotes}]`),
  };
}

function familyOf(opening) {
  if (opening === '"' || opening === "'") return FAMILIES.get(opening);
  return FAMILIES.get(DOUBLE.includes(opening) ? DOUBLE : SINGLE);
}

/**
 * Reads text as it comes and tells the assembler each token. Every step returns false when it must
 * see more text first.
 */
export class Scanner {
  #text = "";
  #at = 0;
  #isFinal = false;
  #isThinking = false;
  #string = null;

  constructor(assembler) {
    this.assembler = assembler;
  }

  /** @param {string} text */
  push(text) {
    this.#text = this.#text.slice(this.#at) + text;
    this.#at = 0;
    while (this.#at < this.#text.length && this.#step());
  }

  /** No more text comes. */
  finish() {
    this.#isFinal = true;
    this.push("");
    this.assembler.finish();
  }

  #step() {
    if (this.#string) return this.#stringStep();
    if (this.#isThinking) return this.#thinkingStep();
    return this.assembler.stack.length ? this.#tokenStep() : this.#proseStep();
  }

  #match(pattern, at = this.#at) {
    pattern.lastIndex = at;
    return pattern.exec(this.#text);
  }

  /** Whether a look ahead from `at` may still turn out otherwise. */
  #mustWait(at) {
    return !this.#isFinal && this.#text.length - at < WINDOW;
  }

  #proseStep() {
    const found = this.#match(PROSE);
    if (!found) return this.#skipTo(Math.max(this.#at, this.#text.length - PROSE_TAIL));
    this.#at = found.index;
    if (found[0] === "<think>") this.#isThinking = true;
    else if (this.#match(OPENING)) return this.#tokenStep();
    else if (this.#mustWait(this.#at)) return false;
    this.#at += found[0].length;
    return true;
  }

  #thinkingStep() {
    const end = this.#text.indexOf(THINKING_ENDS, this.#at);
    if (end < 0)
      return this.#skipTo(Math.max(this.#at, this.#text.length - THINKING_ENDS.length + 1));
    this.#isThinking = false;
    this.#at = end + THINKING_ENDS.length;
    return true;
  }

  /**
   * Forget what is before `at`, which may be the beginning of a mark whose end has not come yet.
   */
  #skipTo(at) {
    this.#at = at;
    return false;
  }

  #tokenStep() {
    const spaces = this.#match(SPACES);
    if (spaces) this.#at += spaces[0].length;
    else return this.#signStep(this.#text[this.#at]);
    return true;
  }

  #signStep(sign) {
    if (!"{}[],:".includes(sign) && !DOUBLE.includes(sign) && !SINGLE.includes(sign))
      return this.#bareStep();
    this.#at += 1;
    if (sign === "{" || sign === "[") this.assembler.open(sign === "[");
    else if (sign === "}" || sign === "]") this.assembler.close(sign === "]");
    else if (sign === ":") this.assembler.colon();
    else if (sign === ",") this.assembler.comma();
    else this.#string = { family: familyOf(sign), parts: [] };
    return true;
  }

  #bareStep() {
    const [text] = this.#match(BARE);
    if (this.#at + text.length === this.#text.length && !this.#isFinal) return false;
    this.#at += text.length;
    this.assembler.scalar(new Word(trim(text)));
    return true;
  }

  #stringStep() {
    const {
      family: { quotes, run },
      parts,
    } = this.#string;
    const [text] = this.#match(run);
    parts.push(text);
    this.#at += text.length;
    const sign = this.#text[this.#at];
    // at the very end: never closed, so the value is lost, and the card with it
    if (sign === undefined) return false;
    if (sign === "\\") return this.#escapeStep(parts);
    return quotes.includes(sign) ? this.#quoteStep(sign) : this.#unclosedStep(sign);
  }

  #quoteStep(sign) {
    const closes = this.#closes(this.#at + 1);
    if (closes === undefined) return false;
    this.#at += 1;
    if (closes) this.#endString(this.#string.parts.join(""));
    else this.#string.parts.push(sign);
    return true;
  }

  #closes(after) {
    const { place } = this.assembler;
    if (place === "key" || this.#match(END_OF_STRING[place], after)) return true;
    if (this.#isFinal) return this.#match(END_OF_TEXT, after) !== null;
    return this.#match(NO_END_OF_STRING, after) || !this.#mustWait(after) ? false : undefined;
  }

  #unclosedStep(sign) {
    const {
      family: { unclosed, closed },
      parts,
    } = this.#string;
    const isValue = ["value", "bare"].includes(this.assembler.place);
    if (isValue && this.#match(unclosed)) {
      this.#endString(trimEnd(parts.join(""), `${WHITE},`));
      return true;
    }
    if (isValue && !this.#match(closed) && this.#mustWait(this.#at)) return false;
    parts.push(sign);
    this.#at += 1;
    return true;
  }

  #endString(text) {
    this.#string = null;
    this.assembler.scalar(text);
  }

  #escapeStep(parts) {
    if (!this.#isFinal && this.#text.length - this.#at < escapeReads(this.#text, this.#at))
      return false;
    const lineBreak = this.#match(LINE_BREAK);
    if (lineBreak) {
      this.#at += lineBreak[0].length;
      parts.push("\n");
      return true;
    }
    const [all, code, control, sign] = this.#match(ESCAPE);
    this.#at += all.length;
    parts.push(escaped(all, code, control, sign));
    return true;
  }
}

const PROSE_TAIL = "<think>".length - 1;

/** How many signs from the backslash on must be there to tell what it means. */
function escapeReads(text, at) {
  const [, next, after] = text.slice(at, at + 3);
  if (next === "\\") return after === "n" ? LINE_BREAK_READS : 3;
  return { u: 6, b: 3, f: 3 }[next] ?? 2;
}

/** What an escape means. An unknown one stands for itself: it is LaTeX, as in \alpha and \frac. */
function escaped(all, code, control, sign) {
  if (code) return String.fromCharCode(Number.parseInt(code, 16));
  if (control) return control === "b" ? "\b" : "\f";
  return ESCAPED.get(sign) ?? all;
}
