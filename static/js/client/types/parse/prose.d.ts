/**
 * Reads a text line by line.
 *
 * A card ends at the next question, or at a blank or numbered line after its answer.
 */
export class ProseCards {
    constructor(drafts: any);
    drafts: any;
    /** @param {string} text */
    read(text: string): void;
    #private;
}
