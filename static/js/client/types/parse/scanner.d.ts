/**
 * Reads text as it arrives, and passes each token to the assembler.
 *
 * Every step returns false if it needs more text first.
 */
export class Scanner {
    constructor(assembler: any);
    assembler: any;
    /** @param {string} text */
    push(text: string): void;
    /** Process the end of the text. */
    finish(): void;
    #private;
}
