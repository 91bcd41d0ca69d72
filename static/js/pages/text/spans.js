/**
 * The math and the gaps in the text of a card, found in one pass over its delimiters. Pure. The
 * counterpart is flashcards/cloze.py, which documents what a gap is. Both follow
 * tests/contract/rendering_cases.json and tests/contract/cloze_cases.json.
 */

const CLOSING_OF = new Map([
  ["$$", /(?=\$\$)/g],
  ["\\[", /(?=\\\])/g],
  ["\\(", /(?=\\\))/g],
]);
const INLINE = "\\(";
const GAP_OPENING = /\{\{c(\d{1,3})::/y; // zero is not a valid number
const GAP_CLOSING = "}}";
const HINT = "::";
const MAX_DEPTH = 8;
const DELIMITER = /(?=\{\{c\d{1,3}::|\}\}|::|\$|\\[[(])/g;
const DOLLAR_OR_LINE_END = /\\[^\n]|([$\n])/g; // a backslash escapes the next character
const PRICE = /^\d[^\\^_={}]*[\s(][A-Za-z]{2}/; // "$5/month (or 60$)": words after an amount, without characters that only TeX has
const NOWHERE = -1;

/**
 * @typedef {{tex: string, isDisplay: boolean, end: number}} Math  `end` is the position after the
 *   closing delimiter
 */
/**
 * @typedef {{number: string, start: number, bodyEnd: number, hint: string, end: number}} Gap  A gap
 *   hides the text from `start` to `bodyEnd`.
 */

/**
 * The math and the gaps of one text.
 *
 * The positions of all delimiters are collected once, and every lookup is a binary search in them.
 * A parser that looks up each position of a text of n characters takes O(n log n) time at most.
 */
export class Spans {
  #delimiters;
  #closings;
  #dollars;
  #gapEnds = new Map();

  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.#delimiters = positions(text.matchAll(DELIMITER));
    this.#closings = new Map(
      [...CLOSING_OF].map(([opening, closing]) => [opening, positions(text.matchAll(closing))]),
    );
    this.#dollars = positions([...text.matchAll(DOLLAR_OR_LINE_END)].filter((match) => match[1]));
  }

  /**
   * @param {number} at
   * @param {number} [limit] the position to treat as the end of the text
   * @returns {Math|null} the math that starts at `at`
   */
  mathAt(at, limit = this.text.length) {
    const opening = this.text.slice(at, at + 2);
    if (!this.#closings.has(opening))
      return opening.startsWith("$") ? this.#dollarMathAt(at, limit) : null;
    const close = next(this.#closings.get(opening), at + 3);
    if (close === NOWHERE || close + 2 > limit) return null;
    return { tex: this.text.slice(at + 2, close), isDisplay: opening !== INLINE, end: close + 2 };
  }

  /**
   * Return the math between single dollars that starts at `at`, or null.
   *
   * Math is on one line. There is no space after the first dollar or before the last, no letter or
   * digit before the first, and no digit after the last. These rules exclude prices, as in
   * `$5 and $10`.
   */
  #dollarMathAt(at, limit) {
    const { text } = this;
    const [start, close] = [at + 1, next(this.#dollars, at + 1)];
    if (
      close === NOWHERE ||
      close >= limit ||
      text[close] !== "$" ||
      /\s/.test(text[start]) ||
      /\s/.test(text[close - 1])
    )
      return null;
    const tex = text.slice(start, close);
    if (/[\p{L}\p{N}]/u.test(text[at - 1] ?? "") || PRICE.test(tex)) return null;
    if (close + 1 < limit && /\d/.test(text[close + 1])) return null;
    return { tex, isDisplay: false, end: close + 1 };
  }

  /**
   * @param {number} at @param {number} [limit] the position to treat as the end of the text
   * @returns {Gap|null} the gap that starts at `at`
   */
  gapAt(at, limit = this.text.length) {
    const opening = this.openingAt(at, limit);
    if (!opening || Number(opening.number) === 0) return null;
    if (!this.#gapEnds.has(limit))
      this.#gapEnds.set(limit, new GapEnds(this, this.#delimiters, limit));
    const start = opening.end;
    const { hintAt, close, depth } = this.#gapEnds.get(limit).findFrom(start);
    if (close === NOWHERE || depth >= MAX_DEPTH) return null;
    const bodyEnd = hintAt === NOWHERE ? close : hintAt;
    if (!this.text.slice(start, bodyEnd).trim()) return null;
    const hint = this.text.slice(bodyEnd + HINT.length, close).trim();
    return { number: opening.number, start, bodyEnd, hint, end: close + GAP_CLOSING.length };
  }

  /**
   * @param {number} at @param {number} limit
   * @returns {{number: string, end: number}|null} `{{c1::`, even if it does not start a gap
   */
  openingAt(at, limit) {
    GAP_OPENING.lastIndex = at;
    const match = GAP_OPENING.exec(this.text);
    return match && GAP_OPENING.lastIndex <= limit
      ? { number: match[1], end: GAP_OPENING.lastIndex }
      : null;
  }
}

/**
 * The positions of a gap's hint and end, for a gap whose hidden text starts at any position.
 *
 * The positions for one delimiter follow from those for the next delimiter outside of math. The
 * table is therefore filled from the right, as far to the left as needed, and each delimiter is
 * read once.
 */
class GapEnds {
  // Maps the index of a delimiter to the positions of the next hint and of the closing braces, and
  // to the number of levels of gaps before these.
  #table = new Map();
  #first;

  constructor(spans, delimiters, limit) {
    Object.assign(this, { spans, delimiters, limit });
    this.#first = indexFrom(delimiters, limit);
    this.#table.set(this.#first, { hintAt: NOWHERE, close: NOWHERE, depth: 0 });
  }

  /**
   * @param {number} start
   * @returns {{hintAt: number, close: number, depth: number}} positions, each NOWHERE if there is
   *   none, and how many levels of gaps are nested before `close`
   */
  findFrom(start) {
    const index = indexFrom(this.delimiters, start);
    while (this.#first > index) {
      this.#first -= 1;
      this.#table.set(this.#first, this.#read(this.#first));
    }
    return this.#table.get(index);
  }

  #read(index) {
    const at = this.delimiters[index];
    if (this.#isAt(GAP_CLOSING, at)) return { hintAt: NOWHERE, close: at, depth: 0 };
    const opening = this.spans.openingAt(at, this.limit);
    if (opening) return this.#readNested(this.findFrom(opening.end));
    const math = this.spans.mathAt(at, this.limit);
    const { hintAt, ...rest } = math ? this.findFrom(math.end) : this.#table.get(index + 1);
    return { hintAt: this.#isAt(HINT, at) ? at : hintAt, ...rest };
  }

  #readNested(inner) {
    if (inner.close === NOWHERE) return { ...inner, hintAt: NOWHERE };
    const rest = this.findFrom(inner.close + GAP_CLOSING.length);
    return { ...rest, depth: Math.max(rest.depth, inner.depth + 1) };
  }

  #isAt(delimiter, at) {
    return at + delimiter.length <= this.limit && this.spans.text.startsWith(delimiter, at);
  }
}

/** Return the index of the first of the sorted positions that is not before `start`. */
function indexFrom(sorted, start) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Return the first of the sorted positions that is not before `start`, or NOWHERE. */
function next(sorted, start) {
  return sorted[indexFrom(sorted, start)] ?? NOWHERE;
}

function positions(matches) {
  return [...matches].map((match) => match.index);
}
