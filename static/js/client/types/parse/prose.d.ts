/**
 * Reads lines one by one; a card is done when the next question or a gap after its answer comes.
 */
export class ProseCards {
    constructor(drafts: any);
    drafts: any;
    /** @param {string} text */
    read(text: string): void;
    #private;
}
