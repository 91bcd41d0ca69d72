import MarkdownIt from "markdown-it";

import { gap } from "./cloze.js";
import { Spans } from "./spans.js";

const RULES = ["fence", "list", "backticks", "emphasis", "escape", "link", "newline"];
const PRODUCT = /(?<=[0-9])\*(?=[0-9])/y;
const DISPLAY_START = /\$\$|\\\[/y;
const LINE_END = /[ \t]*(\n|$)/y;

/** @type {MarkdownIt} */
const parser = new MarkdownIt("zero", { breaks: true }).enable(RULES);
parser.validateLink = (address) => /^https?:\/\//i.test(address);
parser.block.ruler.before("fence", "math", displayMath, { alt: ["paragraph", "list"] });
parser.inline.ruler.before("escape", "math", inlineMath);
parser.inline.ruler.before("escape", "gap", inlineGap);
parser.inline.ruler.before("emphasis", "product", product);
parser.renderer.rules.math = (tokens, index) =>
  // eslint-disable-next-line mindflip/no-untranslated-text -- HTML
  `<code data-math="${tokens[index].meta}">${escaped(tokens[index].content)}</code>`;
parser.renderer.rules.text_literal = (tokens, index) => escaped(tokens[index].content);
parser.renderer.rules.fence = (tokens, index) =>
  `<pre><code>${escaped(tokens[index].content)}</code></pre>\n`;

/**
 * Render the subset of Markdown that cards may use as HTML, which the caller must sanitize.
 *
 * Math becomes `<code data-math="inline|display">`. Clozes become `<mark data-cloze>`, or keep
 * their braces if no side is given.
 * @param {string} text @param {"question"|"answer"} [side]
 */
export function markdownToHtml(text, side) {
  const env = { side };
  const tokens = parser.parse(text, env);
  const isOneParagraph = tokens.length === 3 && tokens[0].type === "paragraph_open";
  if (isOneParagraph) tokens[0].hidden = tokens[2].hidden = true;
  return parser.renderer.render(tokens, parser.options, env).trim();
}

/** Return the spans of the state's text, which are found once for each text. @returns {Spans} */
function spansOf({ env, src }) {
  if (env.spans?.text !== src) env.spans = new Spans(src);
  return env.spans;
}

function inlineMath(state, isSilent) {
  if (!"$\\".includes(state.src[state.pos])) return false;
  const math = spansOf(state).mathAt(state.pos, state.posMax);
  if (!math) return false;
  if (!isSilent) push(state, math);
  state.pos = math.end;
  return true;
}

/**
 * Parse display math that occupies whole lines.
 *
 * It may contain blank lines and lines that look like a list.
 */
function displayMath(state, startLine, endLine, isSilent) {
  const [start, limit] = [
    state.bMarks[startLine] + state.tShift[startLine],
    state.eMarks[endLine - 1],
  ];
  const math = isAt(DISPLAY_START, state.src, start) ? spansOf(state).mathAt(start, limit) : null;
  if (!math || !isAt(LINE_END, state.src, math.end)) return false;
  if (isSilent) return true;
  push(state, math);
  state.line = startLine + state.src.slice(start, math.end).split("\n").length;
  return true;
}

function isAt(pattern, text, index) {
  pattern.lastIndex = index;
  return pattern.test(text);
}

/** Read an asterisk between digits as text, so that the 3 in `2*3*4` is not italic. */
function product(state, isSilent) {
  if (!isAt(PRODUCT, state.src, state.pos)) return false;
  if (!isSilent) state.pending += "*";
  state.pos += 1;
  return true;
}

function inlineGap(state, isSilent) {
  const cloze = state.src[state.pos] === "{" ? spansOf(state).gapAt(state.pos, state.posMax) : null;
  if (!cloze) return false;
  if (!isSilent) pushCloze(state, cloze);
  state.pos = cloze.end;
  return true;
}

function pushCloze(state, cloze) {
  const { side } = state.env;
  if (side) state.push("cloze_open", "mark", 1).attrs = [["data-cloze", side]];
  if (side === "question") literal(state, gap(cloze.hint));
  else pushBody(state, cloze, side);
  if (side) state.push("cloze_close", "mark", -1);
}

/** Render the hidden text as separate Markdown. Without a side, keep the braces around it. */
function pushBody(state, { number, hint, start, bodyEnd }, side) {
  if (!side) literal(state, `{{c${number}::`);
  const { posMax } = state;
  Object.assign(state, { pos: start, posMax: bodyEnd });
  state.push("body_open", "", 1).hidden = true;
  state.md.inline.tokenize(state);
  state.push("body_close", "", -1).hidden = true;
  state.posMax = posMax;
  if (!side) literal(state, hint ? `::${hint}}}` : "}}");
}

function literal(state, text) {
  state.push("text_literal", "", 0).content = text;
}

function push(state, { tex, isDisplay }) {
  Object.assign(state.push("math", "", 0), {
    content: tex.trim(),
    meta: isDisplay ? "display" : "inline",
  });
}

const escaped = (text) => parser.utils.escapeHtml(text);
