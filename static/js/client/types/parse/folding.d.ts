/**
 * Remove the characters of `set` from the end of a text.
 * @param {string} text @param {string} set
 */
export function trimEnd(text: string, set?: string): string;
/**
 * Remove the characters of `set` from both ends of a text.
 * @param {string} text @param {string} set
 */
export function trim(text: string, set?: string): string;
/**
 * Return the text without differences in capitalization, character width and white space.
 *
 * Punctuation at the end is removed, unless the text consists of nothing else.
 * @param {string} text
 */
export function fold(text: string): string;
/**
 * White space, and the folding of texts that are compared. Its counterpart is
 * flashcards/parsing/folding.py.
 */
/** The characters that count as white space in this parser and in its Python counterpart. */
export const WHITESPACE: "\t\n\v\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u2028\u2029\u202F\u205F\u2060\u3000\uFEFF";
export function withSingleSpaces(text: string): string;
