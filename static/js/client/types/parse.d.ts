/**
 * @param {string} text
 * @returns {{cards: Card[], problems: string[]}} and a sentence for each card lost
 */
export function parseCards(text: string): {
    cards: Card[];
    problems: string[];
};
/** @param {string} text @returns {Card[]} every card that the text holds */
export function parseFlashcards(text: string): Card[];
/** @typedef {{front: string, back: string, [member: string]: any}} Card */
/** Cards out of text that is still arriving, each as soon as its JSON object closes. */
export class CardStream {
    /**
     * @param {string} text what came since the last call
     * @returns {Card[]} the cards that it completed
     */
    push(text: string): Card[];
    /**
     * No more text comes.
     * @returns {{cards: Card[], problems: string[]}} cards not told of before, and what was lost
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
