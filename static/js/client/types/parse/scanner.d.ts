/**
 * Reads text as it comes and tells the assembler each token. Every step returns false when it must
 * see more text first.
 */
export class Scanner {
    constructor(assembler: any);
    assembler: any;
    /** @param {string} text */
    push(text: string): void;
    /** No more text comes. */
    finish(): void;
    #private;
}
