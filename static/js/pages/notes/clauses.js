/** Long statements, shortened to the clauses around the words that a card hides. */
import { Spans } from "../text/spans.js";

const MAX_WORDS = 22;
const MIN_WORDS = 4;
/** In scripts without spaces, a statement may have this many words. */
const MAX_UNSPACED_WORDS = 34;
const BOUNDARY =
  /[,;:،؛](?=\s)|\s[–—-](?=\s)|[，；、：—]|\s(?=(?:which|that|who|where|when|while|because|although|but|and|welche[rs]?|und|aber|que|y|pero|donde|qui|et|mais|والتي|الذي|حيث|और|जो|लेकिन|क्योंकि|जिसमें|तथा)\s)/gu;
const BRACKETS = /[(（][^()（）]*[)）]|[“„«「『《][^”“»」』》]*[”“»」』》]/gu;

/**
 * Return the statement, or the clauses of it that contain a gap, with the new positions of the gap.
 * @param {{text: string, tokens: import("./tokens.js").Token[]}} statement
 * @param {{start: number, end: number}} gap
 * @returns {{text: string, start: number, end: number}|null} null if it cannot be shortened enough
 */
export function shorten({ text, tokens }, gap) {
  const size = (from, to) => tokens.filter(({ start, end }) => start >= from && end <= to).length;
  const limit =
    tokens.filter(({ isUnspaced }) => isUnspaced).length > tokens.length / 2
      ? MAX_UNSPACED_WORDS
      : MAX_WORDS;
  if (tokens.length <= limit) return { ...gap, text };
  const cuts = [0, ...cutsIn(text, gap), text.length];
  let first = cuts.findLastIndex((cut) => cut <= gap.start);
  let last = cuts.findIndex((cut) => cut >= gap.end);
  if (size(cuts[first], cuts[last]) > limit) return null;
  for (let hasGrown = true; hasGrown;) {
    hasGrown = false;
    if (first > 0 && size(cuts[first - 1], cuts[last]) <= limit)
      [first, hasGrown] = [first - 1, true];
    if (last < cuts.length - 1 && size(cuts[first], cuts[last + 1]) <= limit)
      [last, hasGrown] = [last + 1, true];
  }
  if (size(cuts[first], cuts[last]) < MIN_WORDS) return null;
  return extract(text, gap, cuts[first], cuts[last]);
}

/** Return the positions where a statement can be cut: not in math, code, brackets or the gap. */
function cutsIn(text, { start, end }) {
  const brackets = [...text.matchAll(BRACKETS)].map(({ 0: { length }, index }) => [
    index,
    index + length,
  ]);
  const closed = [...protectedSpans(text), ...brackets, [start, end]];
  return [...text.matchAll(BOUNDARY)]
    .map((match) => match.index + match[0].length)
    .filter((at) => !closed.some(([from, to]) => at > from && at < to));
}

/** Return the text between two positions, with an ellipsis where it was cut. */
function extract(text, gap, from, to) {
  const raw = text.slice(from, to);
  const lead = from > 0 ? raw.length - raw.replace(/^[\s,;:،؛，；、：–—-]+/u, "").length : 0;
  const tail = to < text.length ? raw.replace(/[\s,;:،؛，；、：–—-]+$/u, "").length : raw.length;
  const before = from > 0 ? "… " : "";
  const after = to < text.length ? " …" : "";
  const shift = before.length - from - lead;
  return {
    text: before + raw.slice(lead, tail) + after,
    start: gap.start + shift,
    end: gap.end + shift,
  };
}

/** Return the positions of math and code in a text, which must not be cut. */
export function protectedSpans(text) {
  const math = new Spans(text);
  const spans = [];
  for (let at = 0; at < text.length; at += 1) {
    const code = text[at] === "`" ? text.indexOf("`", at + 1) + 1 : 0;
    const end = code || ("$\\".includes(text[at]) && math.mathAt(at)?.end);
    if (!end) continue;
    spans.push([at, end]);
    at = end - 1;
  }
  return spans;
}
