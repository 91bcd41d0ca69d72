/** Statements in notes: sentences, definitions, lists and table rows that can be asked about. */
import { splitSentences } from "./sentences.js";

/**
 * `text` is the statement without markup, and `sentence` is its text in the notes. `gaps` are the
 * positions in `text` that its form suggests to hide. If `isFixed` is true, only these can be
 * hidden, and the statement cannot be shortened.
 * @typedef {{text: string, sentence: string, gaps: [number, number][], isFixed?: boolean}}
 *   Statement
 */

const FENCE = /^\s*(?:```|~~~)/u;
const DISPLAY_MATH = /^\s*(\$\$|\\\[)/u;
const DISPLAY_MATH_END = /(?:\$\$|\\\])\s*$/u;
const UNDERLINE = /^\s*(?:={3,}|-{3,})\s*$/u;
const QUOTE = /^\s*>\s?/u;
const LINES = [
  ["blank", /^\s*()$/u],
  ["heading", /^\s*#{1,6}\s+(.+?)\s*#*$/u],
  ["row", /^\s*\|(.+)\|\s*$/u],
  ["list", /^\s*(?:[-*+•‣◦]|\p{Nd}{1,3}[.)])\s+(\S.*)$/u],
];
const TABLE_RULE = /^[\s|:-]+$/u;
const ENDS_STATEMENT = /[.!?。！？।॥؟…:：;]["'”’」』)\]]*\s*$/u;
const QUESTION = /[?？؟]["'”’」』)\]]*\s*$/u;
const INTRODUCTION = /\s*[:：]\s*$/u;
const TERM = /^([^:：()（）]{2,60}?)(?:\s*[:：]\s+|：|\s+[–—-]\s+)(\S.*)$/u;
const MAX_TERM_WORDS = 5;
const MAX_UNSPACED_TERM = 10;
const MAX_HEADING_WORDS = 8;
const MAX_ITEM_WORDS = 6;
const WRAPPED_LENGTH = 60;
/** Shorter lines in scripts without spaces are hardly sentences. */
const MIN_UNSPACED_LENGTH = 8;
/** Longer sentences are hardly sentences. */
const MAX_LENGTH = 1200;
const CODE =
  /^\s*(?:\$\s|#include|import\s|from\s\S+\simport|def\s|class\s\w+[:({]|function\s|return\b|(?:const|let|var)\s|<\/?\w+[^>]*>|@\w+\b)|[;{}]\s*$|=>|\w\(\)|[!=]==?|&&|\|\||<\/\w+>|\{%|^\s*\{\{/u;
const ADDRESS = /\b(?:https?:\/\/|www\.|ftp:\/\/)\S+|\S+@\S+\.\w+/u;
const LETTERS = /\p{L}\p{M}*\p{L}/u;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const STARTS_LOWER = /^\s*[\p{Ll}(]/u;
const UNSPACED_LETTER = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}、。，]$/u;
const MARKUP =
  /\*\*([^\s*][^*\n]{0,200}?)\*\*|__([^\s_][^_\n]{0,200}?)__|(?<!!)\[([^[\]\n]{1,200})\]\([^()\s]{0,200}\)|\[(?:\d{1,3}|\p{L}{1,20} needed)\]/gu;

/**
 * Return the statements of notes in their order.
 * @param {string} text
 * @param {Set<string>} stopWords of the language of the notes
 * @returns {Statement[]}
 */
export function statementsOf(text, stopWords) {
  const statements = [];
  let [heading, introduction] = ["", ""];
  for (const { type, lines } of blocks(withoutCode(text.split(/\r\n|\r|\n/u)))) {
    if (type === "heading") [heading, introduction] = [withoutMarkup(lines.at(-1)).text, ""];
    else if (type === "list")
      statements.push(...fromList(lines, introduction || heading, stopWords));
    else if (type === "row") statements.push(...fromTable(lines));
    else {
      introduction = INTRODUCTION.test(lines.at(-1)) ? lines.at(-1) : "";
      statements.push(...lines.flatMap((line) => fromLine(line, stopWords)));
    }
  }
  return statements;
}

/** Return the lines without code blocks, formulas on separate lines, and quotation marks. */
function withoutCode(lines) {
  const kept = [];
  let closing = null;
  for (const line of lines) {
    if (closing) closing = closing.test(line) ? null : closing;
    else if (FENCE.test(line)) closing = FENCE;
    else if (DISPLAY_MATH.test(line))
      closing = DISPLAY_MATH_END.test(line.replace(DISPLAY_MATH, "")) ? null : DISPLAY_MATH_END;
    else if (UNDERLINE.test(line) && kept.at(-1)?.trim()) kept.push(`# ${kept.pop()}`);
    else if (!CODE.test(line)) kept.push(line.replace(QUOTE, ""));
    else kept.push("");
  }
  return kept;
}

/** Return runs of lines of the same type. Lines of a paragraph that was wrapped are joined. */
function blocks(lines) {
  const runs = [];
  let isOpen = false;
  for (const line of lines) {
    const { type, content } = classify(line);
    const block = runs.at(-1);
    if (isOpen && block?.type === type && type !== "heading") addLine(block, content);
    else if (isOpen && block?.type === "list" && type === "text" && /^\s/u.test(line))
      block.lines[block.lines.length - 1] += ` ${content}`;
    else if (type !== "blank") runs.push({ type, lines: [content] });
    isOpen = type !== "blank";
  }
  return runs.map(asHeading);
}

function classify(line) {
  for (const [type, pattern] of LINES) {
    const match = pattern.exec(line);
    if (match) return { type, content: match[1] };
  }
  return { type: "text", content: line.trim() };
}

/** Add a line to a block, or continue the last line if the paragraph was wrapped there. */
function addLine({ type, lines }, content) {
  const last = lines.at(-1);
  const isWrapped =
    type === "text" &&
    !ENDS_STATEMENT.test(last) &&
    (STARTS_LOWER.test(content) || last.length >= WRAPPED_LENGTH);
  if (isWrapped) lines[lines.length - 1] = last + (UNSPACED.test(last) ? "" : " ") + content;
  else lines.push(content);
}

/** Turn a short line without a full stop into a heading. */
function asHeading(block) {
  const [line] = block.lines;
  const isHeading =
    block.type === "text" &&
    block.lines.length === 1 &&
    !ENDS_STATEMENT.test(line) &&
    !TERM.test(line) &&
    (line.match(WORD) ?? []).length <= MAX_HEADING_WORDS;
  return isHeading && !UNSPACED_LETTER.test(line) ? { ...block, type: "heading" } : block;
}

function fromLine(line, stopWords) {
  if (INTRODUCTION.test(line)) return [];
  const term = definedTerm(line, stopWords);
  return splitSentences(line)
    .map((sentence, index) => toStatement(sentence, index ? "" : term))
    .filter(
      ({ sentence, isFixed }) =>
        isUsable(sentence) && (isFixed || isStatement(sentence, stopWords)),
    );
}

/** Return the statement of a sentence. If it defines a term, only the term can be hidden. */
function toStatement(sentence, term) {
  const { text, marked } = isUsable(sentence) ? withoutMarkup(sentence) : { text: "", marked: [] };
  if (term && text.startsWith(term))
    return { text, sentence, gaps: [[0, term.length]], isFixed: true };
  return { text, sentence, gaps: marked };
}

/** Return the term of a line such as "Osmosis: the movement of water …", or "". */
function definedTerm(line, stopWords) {
  const [, term, body] = TERM.exec(withoutMarkup(line.slice(0, MAX_LENGTH)).text) ?? [];
  if (!term || term.length > body.length * 2) return "";
  const termWords = term.toLowerCase().match(WORD) ?? [];
  const isTerm =
    termWords.length > 0 &&
    termWords.length <= MAX_TERM_WORDS &&
    !(UNSPACED_LETTER.test(term) && term.length > MAX_UNSPACED_TERM) &&
    !stopWords.has(termWords[0]) &&
    termWords.filter((word) => stopWords.has(word)).length <= 1;
  return isTerm ? term : "";
}

/** Return the statements of list items, or one that enumerates them if they are short. */
function fromList(items, introduction, stopWords) {
  const usable = items.filter(isUsable);
  const areShort = usable.every(
    (item) =>
      (item.match(WORD) ?? []).length <= MAX_ITEM_WORDS &&
      !TERM.test(item) &&
      !/[.!?。।]\s*$/u.test(item),
  );
  if (areShort) return introduction && usable.length > 2 ? enumeration(usable, introduction) : [];
  return usable.flatMap((item) => fromLine(item, stopWords));
}

/** Return a statement for each item of a list, with a few items around it. */
function enumeration(items, introduction) {
  const title = withoutMarkup(introduction).text.replace(INTRODUCTION, "");
  const names = items.map((item) => withoutMarkup(item.replace(/[,;]\s*$/u, "")).text);
  return names.map((name, index) => {
    const first = Math.max(0, Math.min(index - 1, names.length - 3));
    const shown = names.slice(first, first + 3);
    const more = [first ? "…, " : "", first + 3 < names.length ? ", …" : ""];
    const before = `${title}: ${more[0]}${shown
      .slice(0, index - first)
      .map((other) => `${other}, `)
      .join("")}`;
    const text = `${title}: ${more[0]}${shown.join(", ")}${more[1]}`;
    const gaps = [[before.length, before.length + name.length]];
    return { text, sentence: items[index], gaps, isFixed: true };
  });
}

/** Return a statement for each cell of a table, with its row and column as the context. */
function fromTable(rows) {
  const cells = rows
    .filter((row) => !TABLE_RULE.test(row))
    .map((row) => row.split("|").map((cell) => withoutMarkup(cell.trim()).text));
  if (cells.length < 2 || cells.length === rows.length) return []; // a table has a rule
  const [header, ...body] = cells;
  return body
    .flatMap((row, index) =>
      row.slice(1).map((cell, column) => {
        const before = `${row[0]} – ${header[column + 1] ?? ""}: `;
        return {
          text: before + cell,
          sentence: rows[index + 2] ?? row.join(" | "),
          gaps: [[before.length, before.length + cell.length]],
          isFixed: true,
        };
      }),
    )
    .filter(({ gaps: [[start, end]], text }) => end > start && LETTERS.test(text.slice(0, start)));
}

const isUsable = (line) =>
  line.length <= MAX_LENGTH && LETTERS.test(line) && !ADDRESS.test(line) && !QUESTION.test(line);

/** Return whether a sentence is one: it has a function word, or at least ends like a sentence. */
function isStatement(sentence, stopWords) {
  if (ENDS_STATEMENT.test(sentence) && !stopWords.size) return true;
  if (UNSPACED_LETTER.test(sentence)) return sentence.length >= MIN_UNSPACED_LENGTH;
  for (const [word] of sentence.toLowerCase().matchAll(WORD)) if (stopWords.has(word)) return true;
  return false;
}

/** Return a text without Markdown, and where its emphasized words are. */
function withoutMarkup(source) {
  const marked = [];
  let [text, end] = ["", 0];
  for (const match of source.matchAll(MARKUP)) {
    text += source.slice(end, match.index);
    const inner = match[1] ?? match[2] ?? match[3] ?? "";
    if (match[1] ?? match[2]) marked.push([text.length, text.length + inner.length]);
    text += inner;
    end = match.index + match[0].length;
  }
  return { text: text + source.slice(end), marked };
}
