/** Takes tokens, keeps the open objects and lists, and hands each card to `drafts` as it closes. */
export class Assembler {
    constructor(drafts: any);
    stack: any[];
    drafts: any;
    /**
     * What a string at this point would be: "list", "key", "value", or "bare" (a value whose key had
     * no quotes).
     */
    get context(): "key" | "list" | "bare" | "value";
    open(isList: any): void;
    close(isList: any): void;
    colon(): void;
    comma(): void;
    scalar(value: any): void;
    /** The text ended: what is still open was cut off. */
    finish(): void;
    #private;
}
