/** Where math and clozes stand in a card's text. Pure; flashcards/rendering.py finds the same, over tests/contract/rendering_cases.json. */

// Of one dollar: no blank inside its ends, one line, no digit after it, no letter or digit before it. So `$5 and $10` are prices.
const INLINE = /\$(?=[^\s$])((?:\\[^\n]|[^\\$\n])+?)(?<!\s)\$(?!\d)|\\\(([\s\S]+?)\\\)/y;
const DISPLAY = /\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]/y;
const PRICE = /^\d[^\\^_={}]*[\s(][A-Za-z]{2}/; // "$5/month (or 60$)": words after an amount, and nothing that only TeX has
const CLOZE = /\{\{c(\d{1,3})::/y;
const CLOSE = "}}";

/** @typedef {{tex: string, isDisplay: boolean, end: number}} Math */
/** @typedef {{number: string, start: number, bodyEnd: number, hint: string, end: number}} Cloze `start` to `bodyEnd` is what it hides */

/** @param {string} text @param {number} at @returns {Math|null} the math that begins there */
export function mathAt(text, at) {
  const display = matchAt(DISPLAY, text, at);
  if (display) return math(display, true, at);
  const inline = matchAt(INLINE, text, at);
  const isDollar = inline?.[1] !== undefined;
  if (!inline || (isDollar && (/[\p{L}\p{N}]/u.test(text[at - 1] ?? "") || PRICE.test(inline[1])))) return null;
  return math(inline, false, at);
}

/** @param {string} text @param {number} at @returns {Cloze|null} `{{c1::hidden::hint}}` that begins there; math inside may hold `}}` and `::` */
export function clozeAt(text, at) {
  const opening = matchAt(CLOZE, text, at);
  if (!opening) return null;
  const start = at + opening[0].length;
  let hintAt = -1;
  for (let here = start; here < text.length; here = mathAt(text, here)?.end ?? here + 1) {
    if (text.startsWith(CLOSE, here)) return cloze(text, { number: opening[1], start, hintAt, close: here });
    if (hintAt < 0 && text.startsWith("::", here)) hintAt = here;
  }
  return null;
}

/**
 * A text without its clozes: `[…]` or the hint in their place, or what they hide.
 * @param {string} text @param {"question"|"answer"} side
 * @returns {{text: string, isCloze: boolean}[]}
 */
export function clozeParts(text, side) {
  const parts = [];
  let from = 0;
  for (let at = text.indexOf("{{c"); at >= 0; at = text.indexOf("{{c", Math.max(from, at + 1))) {
    const found = clozeAt(text, at);
    if (!found) continue;
    parts.push({ text: text.slice(from, at), isCloze: false });
    parts.push({ text: side === "answer" ? text.slice(found.start, found.bodyEnd) : gap(found.hint), isCloze: true });
    from = found.end;
  }
  return [...parts, { text: text.slice(from), isCloze: false }].filter((part) => part.text);
}

/** @param {string} hint @returns {string} what stands for hidden text */
export function gap(hint) {
  return `[${hint || "…"}]`;
}

function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function math(found, isDisplay, at) {
  return { tex: found[1] ?? found[2], isDisplay, end: at + found[0].length };
}

function cloze(text, { number, start, hintAt, close }) {
  const bodyEnd = hintAt < 0 ? close : hintAt;
  return { number, start, bodyEnd, hint: hintAt < 0 ? "" : text.slice(hintAt + 2, close).trim(), end: close + CLOSE.length };
}
