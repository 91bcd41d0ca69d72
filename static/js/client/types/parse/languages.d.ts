/**
 * Return the code of the language that a user means, by its name or code, or null if that is not
 * clear.
 * @param {string} name
 */
export function findLanguage(name: string): string;
/** Return whether cards about the topic teach the words of a language. @param {string} topic */
export function teachesLanguage(topic: string): boolean;
/**
 * Return whether the text, whose words are passed in, is not in the language.
 * @param {string} text @param {string[]} words @param {string} code
 */
export function isOtherLanguage(text: string, words: string[], code: string): boolean;
/**
 * Return those of the words that have a meaning alone, in the language of a text.
 *
 * Words of one or two letters are left out, except figures.
 * @param {string[]} words @param {string[]} text the words of the text @returns {string[]}
 */
export function contentWords(words: string[], text: string[]): string[];
/** Everything that is neither a letter, a digit nor a mark of a letter in the scripts below. */
export const SEPARATOR: string;
export function wordsOf(text: string): string[];
export function isLanguageName(word: string): boolean;
export function isStopWord(word: string): boolean;
export function isNumber(word: string): boolean;
