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
/** Return the name of a side in the page's language. @param {string} role */
export function sideName(role: string): string;
/**
 * The reason why an object is not a card, as the end of a sentence that starts with "Card 1", in
 * the page's language.
 */
export class BadCard extends Error {
}
/** Unquoted text in JSON: a number, true, null, or text whose quotes are missing. */
export class BareWord {
    /** @param {string} text */
    constructor(text: string);
    text: string;
}
export function clean(text: string): string;
export function roleOf(name: string): string;
/**
 * The cards of a text in their order, without duplicates, and a message for each rejected card.
 */
export class Drafts {
    /**
     * @param {(card: {front: string, back: string}) => void} [check] throws a BadCard
     * @param {{front: string, back: string}[]} [earlier] cards that must not be repeated
     */
    constructor(check?: (card: {
        front: string;
        back: string;
    }) => void, earlier?: {
        front: string;
        back: string;
    }[]);
    cards: any[];
    problems: any[];
    number: number;
    /** The number of cards that were rejected since the last accepted one. */
    rejectedInARow: number;
    /**
     * Add an object's fields as the next card, or record why they are not a card.
     * @param {Map<string, any>} fields
     */
    add(fields: Map<string, any>): void;
    /** Count a card that cannot be read, and record the reason. @param {string} reason */
    reject(reason: string): void;
    #private;
}
