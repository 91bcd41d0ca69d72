/**
 * Return the cards in a text.
 * @param {string} text
 * @param {Check} [check]
 * @param {Card[]} [earlier] cards that must not be repeated
 * @returns {{cards: Card[], problems: string[]}} and a message for each card that was lost
 */
export function parseCards(text: string, check?: Check, earlier?: Card[]): {
    cards: Card[];
    problems: string[];
};
/** @param {string} text @returns {Card[]} every card in the text */
export function parseFlashcards(text: string): Card[];
/** @typedef {{front: string, back: string, [member: string]: any}} Card */
/** @typedef {(card: Card) => void} Check  Throws a BadCard if a card must be rejected. */
/** A parser for text that is still arriving. It returns each card when its JSON object closes. */
export class CardStream {
    /**
     * @param {Check} [check]
     * @param {Card[]} [earlier] cards that must not be repeated
     */
    constructor(check?: Check, earlier?: Card[]);
    /**
     * Add text that has arrived since the last call.
     * @param {string} text
     * @returns {Card[]} the cards that the text completes
     */
    push(text: string): Card[];
    /** The number of cards that were rejected since the last accepted one. */
    get rejectedInARow(): number;
    /**
     * Process the end of the text.
     * @returns {{cards: Card[], problems: string[]}} cards that were not returned before, and a
     *   message for each card that was lost
     */
    finish(): {
        cards: Card[];
        problems: string[];
    };
    #private;
}
export type Card = {
    front: string;
    back: string;
    [member: string]: any;
};
/**
 * Throws a BadCard if a card must be rejected.
 */
export type Check = (card: Card) => void;
