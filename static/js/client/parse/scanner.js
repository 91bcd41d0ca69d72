/**
 * The parser's first step, which turns text into tokens while the text is still arriving.
 *
 * It finds where JSON starts in prose, and where a string ends that contains unescaped quotes. It
 * makes one pass, and every lookahead is bounded. Its counterpart is flashcards/parsing/scanner.py.
 */

import { BareWord } from "./cards.js";
import { WHITESPACE, trim, trimEnd } from "./folding.js";

const WINDOW = 512; // more characters than any lookahead below can read
const S = `[${WHITESPACE}]{0,64}`;
const DOUBLE = '"\u201c\u201d\u201e\u201f';
const SINGLE = "'\u2018\u2019\u201a\u201b";
const QUOTE = `[${DOUBLE}${SINGLE}]`;
const KEY = `(?:[${DOUBLE}][^${DOUBLE}:\n]{0,60}[${DOUBLE}]|[${SINGLE}][^${SINGLE}:\n]{0,60}[${SINGLE}])${S}:`;
const BARE_KEY = `[A-Za-z_][A-Za-z0-9_]{0,40}${S}:`;
const AFTER_VALUE = `[}\\]]|,${S}(?:[}\\]{]|/[/*])|,?${S}${KEY}|\\{${S}${QUOTE}`;
const sticky = (source) => new RegExp(source, "uy");

const PROSE = /<think>|[{[]/gu;
const OPENING = sticky(`\\{${S}(?:${QUOTE}|[{}]|${BARE_KEY})|\\[${S}[{[]`);
const SPACES = sticky(`[${WHITESPACE}]+`);
const BARE = sticky(`[^,:{}[\\]\n${DOUBLE}]{1,200}`);
const ESCAPE = sticky("\\\\(?:u([0-9a-fA-F]{4})|([bf])(?![A-Za-z])|([^bfu])|)");
// A line break that a model has escaped twice. It is followed by a character that can start a line
// and is not part of a LaTeX command such as \nRightarrow.
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
const NO_END_OF_STRING = sticky(`${S}[^${WHITESPACE},{${DOUBLE}${SINGLE}]`);
const END_OF_TEXT = sticky(`${S}$`);
const THINKING_ENDS = "</think>";

/** Patterns for each kind of quotes: a string's text, and where its closing quote is missing. */
const FAMILIES = new Map(['"', "'", DOUBLE, SINGLE].map((quotes) => [quotes, family(quotes)]));

function family(quotes) {
  return {
    quotes,
    run: sticky(`[^\\\\}\n${quotes}]*`),
    // The start of the next card, or of a field on its own line.
    unclosed: sticky(`(?:\\}${S},${S}\\{|\n)${S}[${quotes}][^${quotes}:\n]{1,60}[${quotes}]${S}:`),
    closed: sticky(
      `\\}${S}(?:[^${WHITESPACE},]|,${S}[^${WHITESPACE}{])|\n${S}[^${WHITESPACE}${quotes}]`,
    ),
  };
}

function familyOf(opening) {
  if (opening === '"' || opening === "'") return FAMILIES.get(opening);
  return FAMILIES.get(DOUBLE.includes(opening) ? DOUBLE : SINGLE);
}

/**
 * Reads text as it arrives, and passes each token to the assembler.
 *
 * Every step returns false if it needs more text first.
 */
export class Scanner {
  #text = "";
  #position = 0;
  #isFinal = false;
  #isThinking = false;
  #string = null;

  constructor(assembler) {
    this.assembler = assembler;
  }

  /** @param {string} text */
  push(text) {
    this.#text = this.#text.slice(this.#position) + text;
    this.#position = 0;
    while (this.#position < this.#text.length && this.#step());
  }

  /** Process the end of the text. */
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

  #match(pattern, position = this.#position) {
    pattern.lastIndex = position;
    return pattern.exec(this.#text);
  }

  /** Return true if more text may change the result of a lookahead from this position. */
  #mustWait(position) {
    return !this.#isFinal && this.#text.length - position < WINDOW;
  }

  #proseStep() {
    const match = this.#match(PROSE);
    if (!match)
      return this.#skipTo(Math.max(this.#position, this.#text.length - PROSE_TAIL_LENGTH));
    this.#position = match.index;
    if (match[0] === "<think>") this.#isThinking = true;
    else if (this.#match(OPENING)) return this.#tokenStep();
    else if (this.#mustWait(this.#position)) return false;
    this.#position += match[0].length;
    return true;
  }

  #thinkingStep() {
    const end = this.#text.indexOf(THINKING_ENDS, this.#position);
    if (end < 0)
      return this.#skipTo(Math.max(this.#position, this.#text.length - THINKING_ENDS.length + 1));
    this.#isThinking = false;
    this.#position = end + THINKING_ENDS.length;
    return true;
  }

  /** Skip to a position where an incomplete marker may start, and wait for more text. */
  #skipTo(position) {
    this.#position = position;
    return false;
  }

  #tokenStep() {
    const spaces = this.#match(SPACES);
    if (spaces) this.#position += spaces[0].length;
    else return this.#characterStep(this.#text[this.#position]);
    return true;
  }

  #characterStep(character) {
    if (!"{}[],:".includes(character) && !DOUBLE.includes(character) && !SINGLE.includes(character))
      return this.#bareStep();
    this.#position += 1;
    if (character === "{" || character === "[") this.assembler.open(character === "[");
    else if (character === "}" || character === "]") this.assembler.close(character === "]");
    else if (character === ":") this.assembler.colon();
    else if (character === ",") this.assembler.comma();
    else this.#string = { family: familyOf(character), parts: [] };
    return true;
  }

  #bareStep() {
    const [text] = this.#match(BARE);
    if (this.#position + text.length === this.#text.length && !this.#isFinal) return false;
    this.#position += text.length;
    this.assembler.scalar(new BareWord(trim(text)));
    return true;
  }

  #stringStep() {
    const {
      family: { quotes, run },
      parts,
    } = this.#string;
    const [text] = this.#match(run);
    parts.push(text);
    this.#position += text.length;
    const character = this.#text[this.#position];
    // If the text ends here, the string is never closed, and its value and card are lost.
    if (character === undefined) return false;
    if (character === "\\") return this.#escapeStep(parts);
    return quotes.includes(character) ? this.#quoteStep(character) : this.#unclosedStep(character);
  }

  #quoteStep(character) {
    const closes = this.#closes(this.#position + 1);
    if (closes === undefined) return false;
    this.#position += 1;
    if (closes) this.#endString(this.#string.parts.join(""));
    else this.#string.parts.push(character);
    return true;
  }

  #closes(after) {
    const { context } = this.assembler;
    if (context === "key" || this.#match(END_OF_STRING[context], after)) return true;
    if (this.#isFinal) return this.#match(END_OF_TEXT, after) !== null;
    return this.#match(NO_END_OF_STRING, after) || !this.#mustWait(after) ? false : undefined;
  }

  #unclosedStep(character) {
    const {
      family: { unclosed, closed },
      parts,
    } = this.#string;
    const isValue = ["value", "bare"].includes(this.assembler.context);
    if (isValue && this.#match(unclosed)) {
      this.#endString(trimEnd(parts.join(""), `${WHITESPACE},`));
      return true;
    }
    if (isValue && !this.#match(closed) && this.#mustWait(this.#position)) return false;
    parts.push(character);
    this.#position += 1;
    return true;
  }

  #endString(text) {
    this.#string = null;
    this.assembler.scalar(text);
  }

  #escapeStep(parts) {
    if (
      !this.#isFinal &&
      this.#text.length - this.#position < escapeReads(this.#text, this.#position)
    )
      return false;
    const lineBreak = this.#match(LINE_BREAK);
    if (lineBreak) {
      this.#position += lineBreak[0].length;
      parts.push("\n");
      return true;
    }
    const [sequence, code, control, character] = this.#match(ESCAPE);
    this.#position += sequence.length;
    parts.push(escaped(sequence, code, control, character));
    return true;
  }
}

const PROSE_TAIL_LENGTH = "<think>".length - 1;

/** Return how many characters, including the backslash, are needed to read an escape sequence. */
function escapeReads(text, position) {
  const [, next, after] = text.slice(position, position + 3);
  if (next === "\\") return after === "n" ? LINE_BREAK_READS : 3;
  return { u: 6, b: 3, f: 3 }[next] ?? 2;
}

/**
 * Return the text of an escape sequence.
 *
 * Unknown sequences are not changed, because they are LaTeX, such as \alpha and \frac.
 */
function escaped(sequence, code, control, character) {
  if (code) return String.fromCharCode(Number.parseInt(code, 16));
  if (control) return control === "b" ? "\b" : "\f";
  return ESCAPED.get(character) ?? sequence;
}
