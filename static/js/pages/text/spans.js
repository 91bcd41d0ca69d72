/**
 * Find the math and the gaps in the text of a card, in one pass over its delimiters. Pure.
 * Twin: flashcards/spans.py; both follow tests/contract/rendering_cases.json.
 */

const CLOSING_OF = new Map([
  ["$$", /(?=\$\$)/g],
  ["\\[", /(?=\\\])/g],
  ["\\(", /(?=\\\))/g],
]);
const INLINE = "\\(";
const GAP_OPENING = /\{\{c(\d{1,3})::/y;
const GAP_CLOSING = "}}";
const HINT = "::";
const DELIMITER = /(?=\}\}|::|\$|\\[[(])/g;
const DOLLAR_OR_LINE_END = /\\[^\n]|([$\n])/g; // a backslash takes the next character with it
const PRICE = /^\d[^\\^_={}]*[\s(][A-Za-z]{2}/; // "$5/month (or 60$)": words after an amount, and nothing that only TeX has
const NOWHERE = -1;

/**
 * @typedef {{tex: string, isDisplay: boolean, end: number}} Math `end` is the position after the
 *   closing delimiter
 */
/**
 * @typedef {{number: string, start: number, bodyEnd: number, hint: string, end: number}} Gap it
 *   hides the text from `start` to `bodyEnd`
 */

/**
 * The math and the gaps of one text. The positions of all delimiters are collected once, and every
 * look-up is a binary search in them. No text makes a parser that asks at each position slower than
 * linear (times a logarithm).
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
   * @param {number} [limit] where the text is taken to end
   * @returns {Math|null} the math that begins at `at`
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
   * One line, no blank inside its dollars, no digit after them, no letter or digit before them: `$5
   * and $10` are prices.
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
   * @param {number} at @param {number} [limit] where the text is taken to end
   * @returns {Gap|null} the gap `{{c1::hidden::hint}}` that begins at `at`; math inside it may
   *   contain `}}` and `::`
   */
  gapAt(at, limit = this.text.length) {
    GAP_OPENING.lastIndex = at;
    const opening = GAP_OPENING.exec(this.text);
    if (!opening || GAP_OPENING.lastIndex > limit) return null;
    if (!this.#gapEnds.has(limit))
      this.#gapEnds.set(limit, new GapEnds(this, this.#delimiters, limit));
    const start = GAP_OPENING.lastIndex;
    const { hintAt, close } = this.#gapEnds.get(limit).findFrom(start);
    if (close === NOWHERE) return null;
    const bodyEnd = hintAt === NOWHERE ? close : hintAt;
    const hint = this.text.slice(bodyEnd + HINT.length, close).trim();
    return { number: opening[1], start, bodyEnd, hint, end: close + GAP_CLOSING.length };
  }
}

/**
 * Where a gap's hint begins and where the gap ends, for a gap whose hidden text begins at any
 * position. The answer for one delimiter follows from the answer for the next one outside of math,
 * so the table is filled from the right, as far to the left as it is needed, and each delimiter is
 * read once.
 */
class GapEnds {
  // index of a delimiter -> positions of the next hint and of the closing braces
  #table = new Map();
  #first;

  constructor(spans, delimiters, limit) {
    Object.assign(this, { spans, delimiters, limit });
    this.#first = indexFrom(delimiters, limit);
    this.#table.set(this.#first, { hintAt: NOWHERE, close: NOWHERE });
  }

  /**
   * @param {number} start
   * @returns {{hintAt: number, close: number}} each NOWHERE when there is none
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
    if (this.#isAt(GAP_CLOSING, at)) return { hintAt: NOWHERE, close: at };
    const math = this.spans.mathAt(at, this.limit);
    const { hintAt, close } = this.#table.get(
      math ? indexFrom(this.delimiters, math.end) : index + 1,
    );
    return { hintAt: this.#isAt(HINT, at) ? at : hintAt, close };
  }

  #isAt(delimiter, at) {
    return at + delimiter.length <= this.limit && this.spans.text.startsWith(delimiter, at);
  }
}

/**
 * A text without its clozes: `[…]` or the hint in their place, or what they hide.
 * @param {string} text @param {"question"|"answer"} side
 * @returns {{text: string, isCloze: boolean}[]}
 */
export function clozeParts(text, side) {
  const spans = new Spans(text);
  const parts = [];
  let from = 0;
  for (let at = text.indexOf("{{c"); at >= 0; at = text.indexOf("{{c", Math.max(from, at + 1))) {
    const cloze = spans.gapAt(at);
    if (!cloze) continue;
    parts.push({ text: text.slice(from, at), isCloze: false });
    parts.push({
      text: side === "answer" ? text.slice(cloze.start, cloze.bodyEnd) : gap(cloze.hint),
      isCloze: true,
    });
    from = cloze.end;
  }
  return [...parts, { text: text.slice(from), isCloze: false }].filter((part) => part.text);
}

/** @param {string} hint @returns {string} what stands for hidden text */
export function gap(hint) {
  return `[${hint || "…"}]`;
}

/** The index of the first of the sorted positions that is not before `start`. */
function indexFrom(sorted, start) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first of the sorted positions that is not before `start`, or NOWHERE. */
function next(sorted, start) {
  return sorted[indexFrom(sorted, start)] ?? NOWHERE;
}

function positions(matches) {
  return [...matches].map((match) => match.index);
}
