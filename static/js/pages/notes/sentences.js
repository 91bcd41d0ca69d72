/**
 * Splitting of texts into sentences. flashcards/sentences.py implements and explains the same
 * rules. Both are tested with tests/contract/sentence_cases.json.
 */

const LONG_LINE = 40;
const MIN_UNMARKED = 120;
const WINDOW = 24;
const CLOSING = "[\"'”’»›)\\]}」』）】》〉]*";
const CLOSING_BEFORE_SPACE = "[\"'”’“‘»«›)\\]}]*";
const FOOTNOTES = "(?:\\[[0-9]{1,3}\\])*";
const UNMARKED = "(?:[\u0e01-\u0e45]|[\u0e47-\u0e4e]|[\u0e81-\u0ec5]|[\u0ec7-\u0ece])";
const END = new RegExp(
  `(?<strong>[。！？｡।॥؟۔።፧։។៕။]+${CLOSING}${FOOTNOTES})\\s*` +
    `|(?<![.!?…])(?<weak>(?:[.!?…]+|(?<=[\u0370-\u03ff])[;\u037e])` +
    `${CLOSING_BEFORE_SPACE}(?:[ \u00a0\u202f]»)?${FOOTNOTES})\\s+` +
    `|(?<=${UNMARKED})(?<space> +)(?=${UNMARKED})` +
    `|[\\n\\r\u2028\u2029]\\s*`,
  "gu",
);
const LINE_BREAK = /\r\n?|[\n\u2028\u2029]/gu;
const CONTINUING = new Set("、，,と");
const BEFORE_WORD = /^[\s"'“”„‘’«»‹([¿¡–—*•#>-]*/u;
const LAST_WORD = /[^\s([“„"']*$/u;
const WORD = /^\p{L}+/u;
const LOWER_CASE = /^\p{Ll}(?!\p{Lu})/u;
const INITIALS = /^(?:(?:\p{L}{1,2}\.)+\p{L}{1,2}|\p{L})$/u;
const UNIT_NUMBER = /(?:[0-9]|(?<![\p{L}\p{N}_])[IVXLC]+)\s*$/u;
const ENDS_UNMARKED = new RegExp(`${UNMARKED}$`, "u");
const ABBREVIATIONS = wholeWord(
  "dr|mr|mrs|ms|prof|st|mt|sr|sra|srta|dra|hr|fr|gen|col|lt|sgt|capt|rev|hon|gov|sen|" +
    "vs|bzw|vgl|cf|ca|al|ej|ud|uds|bkz|ул|им|рис|δηλ|डॉ|प्रो|श्री|د",
);
const STARTERS = wholeWord(
  "the|this|these|it|in|he|she|they|we|there|der|die|das|es|er|sie|ein|eine|im|los|las|" +
    "он|она|они|это",
);
const REFERENCES = wholeWord(
  "no|nr|nos|fig|figs|abb|tab|kap|ch|chap|sec|art|vol|bd|p|pp|s|pág|págs|núm|cap|eq|op|" +
    "ca|approx|jan|feb|mar|mär|apr|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|табл|стр|гл",
);
const ORDINAL = /(?:(\p{L}+)\s+)?[0-9]{1,2}$/u;
const BEFORE_ORDINAL = wholeWord(
  "am|im|vom|zum|zur|beim|der|die|das|dem|den|des|bis|und|oder|seit|ab",
);
const AFTER_ORDINAL = wholeWord(
  "januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|" +
    "dezember|jahrhundert|jahrhunderts|jh|jahrtausend|weltkrieg|weltkriegs",
);

/**
 * Return the sentences of a text.
 * @param {string} text
 * @returns {string[]}
 */
export function splitSentences(text) {
  const sentences = [];
  const trimmed = text.trim();
  let start = 0;
  for (const match of trimmed.matchAll(END)) {
    const end = match.index + (match.groups.strong ?? match.groups.weak ?? "").length;
    if (!isEnd(trimmed, start, end, match)) continue;
    sentences.push(trimmed.slice(start, end).trimEnd());
    start = match.index + match[0].length;
  }
  return [...sentences, trimmed.slice(start)].filter(Boolean);
}

/** Return whether the sentence from `start` ends at `end`. */
function isEnd(text, start, end, match) {
  const { strong, weak, space } = match.groups;
  if (strong) return !CONTINUING.has(text[end]);
  if (space) return characterCount(text.slice(start, end)) >= MIN_UNMARKED;
  const next = match.index + match[0].length;
  const breaks = (text.slice(end, next).match(LINE_BREAK) ?? []).length;
  if (breaks > 1 || (breaks && !isLong(text, end))) return true;
  const following = beginning(text, next);
  const before = text.slice(Math.max(start, end - 1 - WINDOW), end - 1);
  if (weak === "." && isAbbreviation(before, following)) return false;
  if (weak && isLower(beginning(text, start))) return true;
  return !isLower(following);
}

/** Return whether the line that ends at `end` is long. */
function isLong(text, end) {
  const lineStart = text.lastIndexOf("\n", end - 1) + 1;
  return characterCount(text.slice(lineStart, end)) >= LONG_LINE;
}

/** Return the beginning of a sentence, without quotation marks and bullets. */
function beginning(text, start) {
  return text.slice(start, start + WINDOW).replace(BEFORE_WORD, "");
}

/** Return whether a full stop between the two texts belongs to the word before it. */
function isAbbreviation(before, following) {
  const word = before.match(LAST_WORD)[0].toLowerCase();
  const isUnit = UNIT_NUMBER.test(before.slice(0, before.length - word.length));
  const nextWord = (following.match(WORD)?.[0] ?? "").toLowerCase();
  if (REFERENCES.test(word) && /^\p{Nd}/u.test(following)) return true;
  if (ABBREVIATIONS.test(word) || (INITIALS.test(word) && !isUnit))
    return !STARTERS.test(nextWord) || isLower(following);
  return isOrdinal(before, nextWord) || ENDS_UNMARKED.test(word);
}

/** Return whether a text ends with an ordinal number or is the number of a list item. */
function isOrdinal(before, nextWord) {
  const number = before.match(ORDINAL);
  if (!number) return false;
  const word = (number[1] ?? "").toLowerCase();
  const isItem = number[0] === before && !word;
  return isItem || BEFORE_ORDINAL.test(word) || AFTER_ORDINAL.test(nextWord);
}

const isLower = (text) => LOWER_CASE.test(text);
const characterCount = (text) => [...text].length;

function wholeWord(words) {
  return new RegExp(`^(?:${words})$`, "u");
}
