/** The text without the signs of `set` at its end. @param {string} text @param {string} set */
export function trimEnd(text: string, set?: string): string;
/** The text without the signs of `set` at both ends. @param {string} text @param {string} set */
export function trim(text: string, set?: string): string;
/**
 * What a member is called: its ASCII letters in lower case, so that "Question 1" is "question".
 * @param {string} key
 */
export function normalizedName(key: string): string;
/**
 * What a side says: text, a number, or a list of these joined by commas; null for anything deeper.
 */
export function textOf(value: any): string;
/** What counts as white space here, in Python as well. */
export const WHITESPACE: "\t\n\v\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u2028\u2029\u202F\u205F\u2060\u3000\uFEFF";
/** Text that stood bare in JSON: a number, true, null, or words that lack their quotes. */
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
 * Cards in the order they came, without doubles, and a sentence for each that was refused, by its
 * number.
 */
export class Drafts {
    cards: any[];
    problems: any[];
    number: number;
    /**
     * Take the members as the next card, or note why they are none.
     * @param {Map<string, any>} fields
     */
    add(fields: Map<string, any>): void;
    /** Count a card that cannot be read at all. @param {string} reason */
    reject(reason: string): void;
    #private;
}
