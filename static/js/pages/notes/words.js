/**
 * The normalized words and numbers of a text. flashcards/words.py implements and explains the same
 * rules.
 */

const ACCENTS = /[\u0300-\u036f]|\u0640|[\u064b-\u0652]/gu;
const UNSPACED =
  "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u31f0-\\u31ff\\u3400-\\u4dbf" +
  "\\u4e00-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\u{20000}-\\u{3134f}";
const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");
const IS_ALPHABETIC = /^[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]/u;
const SUPERSCRIPTS = /([⁰¹²³⁴-⁹]+)/gu;
const FRACTIONS = /(?=[¼-¾⅐-⅞])/gu;
const OTHER_DIGITS = /(?![0-9])\p{Nd}/gu;
const IS_DIGIT = /\p{Nd}/u;
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u;
const UNITS =
  "km|m|cm|mm|nm|kg|g|mg|t|l|ml|s|ms|h|min|hz|khz|mhz|ghz|w|kw|mw|gw|v|kj|ha|ft|mi|mph|lb|" +
  "км|м|см|кг";
const PERCENT = /per ?cent|prozent|por ciento|pour cent|procent|процент|प्रतिशत/u.source;
const NUMBER = new RegExp(
  "(?<currency>[$€£¥₹] ?)?" +
    `(?<!(?![${UNSPACED}])\\p{L})(?<![0-9])(?<![0-9][.,])` +
    '(?<sign>(?<![^\\s(\\["“])[\\-\\u2212])?' +
    "(?<digits>[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?(?![0-9])" +
    "|[0-9]{1,2}[/\\u2044][0-9]{1,2}(?![/0-9])" +
    "|[0-9]+(?:[.,:'’\\u066b\\u066c][0-9]+)*)" +
    "(?: ?(?<unit>[%‰\\u066a]|[$€£¥₹](?! ?[0-9])|° ?[cf](?![\\p{L}\\p{N}])|°" +
    `|(?:${UNITS})(?![\\p{L}\\p{N}]))|[ \\-]?(?<percent>${PERCENT}))?`,
  "gu",
);
const DATE = /^[0-9]{1,2}([./])[0-9]{1,2}\1[0-9]{2,4}$/u;
const ARABIC_PREFIX =
  /^(?:[وف]?(?:[بك]?ال|لل)(?=[\u0620-\u064a]{2})|[وفبلك](?=[\u0620-\u064a]{4}))/u;
const SEPARATORS = /[^0-9]/gu;
const AS_WRITTEN = /[:/\u2044]/u;
const WHOLE_NUMBER =
  /^(?:[0-9]+|[0-9]{1,3}(?:([ .,'’\u066c])[0-9]{3}(?:\1[0-9]{3})*|,(?:[0-9]{2},)+[0-9]{3}))$/u;
const NUMBER_WORDS = new Map(
  [
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve",
    "zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf",
    "dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|-|doce",
    "deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze",
    "два|три|четыре|пять|шесть|семь|восемь|девять|десять",
  ].flatMap((line) => line.split("|").map((word, index) => [word, String(index + 2)])),
);

/**
 * Return the normalized words, numbers and units of a text, in their order.
 * @param {string} text
 * @returns {string[]}
 */
export function tokensOf(text) {
  const folded = fold(text);
  const tokens = [];
  let start = 0;
  for (const match of folded.matchAll(NUMBER)) {
    tokens.push(...words(folded.slice(start, match.index)), ...numberTokens(match.groups));
    start = match.index + match[0].length;
  }
  return [...tokens, ...words(folded.slice(start))];
}

/**
 * Return the distinct terms by which texts are compared.
 * @param {string[]} tokens
 * @param {boolean} [isSource]
 * @returns {string[]}
 */
export function termsOf(tokens, isSource = false) {
  const terms = new Set();
  for (const token of tokens) {
    if (isUnspaced(token)) addGroups(terms, [...token], isSource);
    else terms.add(token.replace(ARABIC_PREFIX, ""));
  }
  return [...terms];
}

/** Return whether a text is in a script without spaces. @param {string} text */
export const isUnspaced = (text) => IS_UNSPACED.test(text);

/** Return whether a token has a digit. @param {string} token */
export const isNumber = (token) => /[0-9]/u.test(token);

function addGroups(terms, characters, isSource) {
  const size = IS_ALPHABETIC.test(characters[0]) ? 3 : 2;
  const least = isSource ? 1 : Math.min(size, characters.length);
  for (let length = least; length <= size; length += 1)
    for (let index = 0; index + length <= characters.length; index += 1)
      terms.add(characters.slice(index, index + length).join(""));
}

function fold(text) {
  const apart = text.replace(SUPERSCRIPTS, "^$1").replace(FRACTIONS, " ");
  const bare = apart.normalize("NFKD").replace(ACCENTS, "");
  return [...bare]
    .map((character) => (character === "ı" ? character : character.toUpperCase().toLowerCase()))
    .join("")
    .normalize("NFC")
    .replace(OTHER_DIGITS, digitValue);
}

/** Return the ASCII digit for a digit of another script, whose digits are in order. */
function digitValue(digit) {
  const code = digit.codePointAt(0);
  const block = code - (code % 16);
  return String(IS_DIGIT.test(String.fromCodePoint(block)) ? code - block : code - block - 6);
}

/** Return the runs of letters, digits and marks, split between spaced and unspaced scripts. */
function words(text) {
  const runs = [];
  let previousKind = null;
  for (const character of text) {
    const kind = WORD_CHARACTER.test(character) ? isUnspaced(character) : null;
    if (kind !== null && kind === previousKind) runs[runs.length - 1] += character;
    else if (kind !== null) runs.push(character);
    previousKind = kind;
  }
  return runs.map((run) => NUMBER_WORDS.get(run) ?? run);
}

function numberTokens({ currency = "", sign, digits, unit = currency.trim(), percent }) {
  const parts = DATE.test(digits) ? digits.split(/[./]/u) : [digits];
  const numbers = parts.map((part) => (sign ? "-" : "") + numberValue(part));
  if (percent || unit === "\u066a") return [...numbers, "%"];
  return unit ? [...numbers, unit.replaceAll(" ", "")] : numbers;
}

/** Return the normalized form of a number with separators. */
function numberValue(digits) {
  const separators = digits.match(SEPARATORS) ?? [];
  if (AS_WRITTEN.test(digits)) return digits;
  const split = separators.length ? digits.lastIndexOf(separators.at(-1)) : -1;
  const hasDecimals = separators.length > 0 && isDecimal(digits, separators);
  const whole = hasDecimals ? digits.slice(0, split) : digits;
  if (!WHOLE_NUMBER.test(whole)) return digits;
  const value = whole.replace(SEPARATORS, "").replace(/^0+(?=.)/u, "");
  const decimals = hasDecimals ? digits.slice(split + 1).replace(/0+$/u, "") : "";
  return decimals ? `${value}.${decimals}` : value;
}

/** Return whether the last separator precedes decimals. */
function isDecimal(digits, separators) {
  const last = separators.at(-1);
  if (" '’\u066c".includes(last) || separators.indexOf(last) < separators.length - 1) return false;
  const split = digits.lastIndexOf(last);
  const isThousands = digits.length - split - 1 === 3 && split <= 3 && !digits.startsWith("0");
  return separators.length > 1 || last === "\u066b" || !isThousands;
}
