/** Builds objects and lists from tokens, and passes each card to `drafts` when it is closed. */
export class Assembler {
    constructor(drafts: any);
    stack: any[];
    drafts: any;
    /**
     * The role of a string at this position: "list", "key", "value", or "bare" (a value whose key has
     * no quotes).
     */
    get context(): "key" | "list" | "bare" | "value";
    open(isList: any): void;
    close(isList: any): void;
    colon(): void;
    comma(): void;
    scalar(value: any): void;
    /** Close everything that is still open, and treat it as cut off. */
    finish(): void;
    #private;
}
