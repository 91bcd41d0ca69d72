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
 * Return the letters of a field's name in lower case, so that "Question 1" becomes "question".
 *
 * Return an empty string for names with characters outside ASCII.
 * @param {string} key
 */
export function normalizedName(key: string): string;
/**
 * Return the text of a side: a text, a number, or a list of these, joined by commas.
 *
 * Return null for any other value.
 */
export function textOf(value: any): string;
/** The characters that count as white space in this parser and in its Python counterpart. */
export const WHITESPACE: "\t\n\v\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u2028\u2029\u202F\u205F\u2060\u3000\uFEFF";
/** Unquoted text in JSON: a number, true, null, or text whose quotes are missing. */
export class BareWord {
    /** @param {string} text */
    constructor(text: string);
    text: string;
}
export function clean(text: string): string;
export function withSingleSpaces(text: string): string;
export function roleOf(name: string): string;
export function keyOf({ front, back }: {
    front: string;
    back: string;
}): string;
/**
 * The cards of a text in their order, without duplicates, and a message for each rejected card.
 */
export class Drafts {
    cards: any[];
    problems: any[];
    number: number;
    /**
     * Add an object's fields as the next card, or record why they are not a card.
     * @param {Map<string, any>} fields
     */
    add(fields: Map<string, any>): void;
    /** Count a card that cannot be read, and record the reason. @param {string} reason */
    reject(reason: string): void;
    #private;
}
