/**
 * White space, and the folding of texts that are compared. Its counterpart is
 * flashcards/parsing/folding.py.
 */

/** The characters that count as white space in this parser and in its Python counterpart. */
export const WHITESPACE =
  "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff";
const TRAILING = `${WHITESPACE}.!?,;:…。`;
const WHITESPACE_RUN = new RegExp(`[${WHITESPACE}]+`, "gu");

/**
 * Remove the characters of `set` from the end of a text.
 * @param {string} text @param {string} set
 */
export function trimEnd(text, set = WHITESPACE) {
  let end = text.length;
  while (end > 0 && set.includes(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

/**
 * Remove the characters of `set` from both ends of a text.
 * @param {string} text @param {string} set
 */
export function trim(text, set = WHITESPACE) {
  let start = 0;
  while (start < text.length && set.includes(text[start])) start += 1;
  return trimEnd(text.slice(start), set);
}

/** Replace each run of white space by a single space. @param {string} text */
export const withSingleSpaces = (text) => text.replace(WHITESPACE_RUN, " ");

/** Fold the case of a character, except the Turkish dotless i, which is a separate letter. */
const foldCase = (character) =>
  character === "ı" ? character : character.toUpperCase().toLowerCase();

/**
 * Return the text without differences in capitalization, character width and white space.
 *
 * Punctuation at the end is removed, unless the text consists of nothing else.
 * @param {string} text
 */
export function fold(text) {
  const folded = [...text.normalize("NFKC")].map(foldCase).join("");
  const spaced = trim(withSingleSpaces(folded.normalize("NFKC")));
  return trimEnd(spaced, TRAILING) || spaced;
}
