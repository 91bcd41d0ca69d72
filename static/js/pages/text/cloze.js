/**
 * The gaps of a cloze and the text that they hide. Pure. The counterpart is flashcards/cloze.py;
 * both follow tests/contract/cloze_cases.json.
 */
import { Spans } from "./spans.js";

/** @param {string} text @returns {boolean} whether the text has a gap */
export function hasGaps(text) {
  return !gapsIn(new Spans(text), 0, text.length).next().done;
}

/**
 * Fill all gaps of a text.
 * @param {string} text
 * @returns {{text: string, hidden: string[]}} how the text reads with all gaps filled and without
 *   hints, and the text that each gap hides, with inner gaps before the gaps around them
 */
export function fillGaps(text) {
  return fill(new Spans(text), 0, text.length);
}

/**
 * Split a text into parts, with each gap replaced by `[…]`, its hint, or the text that it hides.
 * @param {string} text @param {"question"|"answer"} side
 * @returns {{text: string, isCloze: boolean}[]}
 */
export function clozeParts(text, side) {
  const spans = new Spans(text);
  const parts = [];
  let from = 0;
  for (const { at, start, bodyEnd, hint, end } of gapsIn(spans, 0, text.length)) {
    parts.push({ text: text.slice(from, at), isCloze: false });
    parts.push({
      text: side === "answer" ? fill(spans, start, bodyEnd).text : gap(hint),
      isCloze: true,
    });
    from = end;
  }
  return [...parts, { text: text.slice(from), isCloze: false }].filter((part) => part.text);
}

/** @param {string} hint @returns {string} what is shown instead of hidden text */
export function gap(hint) {
  return `[${hint || "…"}]`;
}

function fill(spans, from, to) {
  const hidden = [];
  let text = "";
  for (const { at, start, bodyEnd, end } of gapsIn(spans, from, to)) {
    const body = fill(spans, start, bodyEnd);
    text += spans.text.slice(from, at) + body.text;
    hidden.push(...body.hidden, body.text);
    from = end;
  }
  return { text: text + spans.text.slice(from, to), hidden };
}

/** Yield the gaps between two positions, without the gaps inside them. */
function* gapsIn(spans, from, to) {
  let at = spans.text.indexOf("{{c", from);
  while (at >= 0 && at < to) {
    const cloze = spans.gapAt(at);
    if (cloze) yield { at, ...cloze };
    at = spans.text.indexOf("{{c", cloze ? cloze.end : at + 1);
  }
}
