/**
 * @typedef {{front: string, back: string, id?: string, [member: string]: any}} Card  with an `id`
 *   once the server has it
 * @typedef {{cards: Card[], generationId: string|null, cached?: boolean, partial?: boolean}}
 *   CallResult
 * @typedef {{topic: string, count: number, language?: string, difficulty?: string, kind?: string,
 *   source?: string, refresh?: boolean,
 *   save?: boolean}} Options
 */
/**
 * One request for cards. Its cards come by `for await (const card of call)`, which fails as
 * `result` does; `result` has all of them. Leaving the loop early does not cancel: `cancel()` and
 * the AbortSignal do.
 */
export class Call {
    /**
     * @param {{requestId: string|null, prompt?: string, options: Options, cancel?: (call: Call) =>
     *   void}} request
     */
    constructor({ requestId, prompt, options, cancel }: {
        requestId: string | null;
        prompt?: string;
        options: Options;
        cancel?: (call: Call) => void;
    });
    /** The server's name for it, once it has answered. @type {string|null} */
    generationId: string | null;
    /** By index, as they came. @type {Card[]} */
    cards: Card[];
    /**
     * By index, what the engine here wrote and the server has not confirmed; after success, what it
     * did not take.
     * @type {Map<number, Card>}
     */
    drafts: Map<number, Card>;
    /** asking, queued, leased, succeeded or failed */
    status: string;
    /** How many are before it in the queue. */
    place: number;
    /**
     * @type {Promise<CallResult>} rejects with a GenerationError, or an ApiError when not even a
     *   session could be had
     */
    result: Promise<CallResult>;
    requestId: string;
    prompt: string;
    options: Options;
    cancel: () => void;
    /** Whether it was asked for elsewhere, and is only looked at here. */
    get isRemote(): boolean;
    get isFinished(): boolean;
    /** What asks for it, however often: the server runs nothing twice. */
    get message(): {
        type: string;
        prompt: string;
        options: Options;
        requestId: string;
    };
    /** The server has it. @param {{generationId?: string, status?: string, place?: number}} news */
    accept({ generationId, status, place }: {
        generationId?: string;
        status?: string;
        place?: number;
    }): void;
    /**
     * @param {number} index
     * @param {Card} card
     * @returns {boolean} false: it was there already, or comes too late
     */
    addCard(index: number, card: Card): boolean;
    /**
     * The engine here wrote this, and the server does not know.
     * @param {number} index
     * @param {Card} card
     * @returns {boolean} whether it is new
     */
    draft(index: number, card: Card): boolean;
    /**
     * The draft that the server's card at this index takes the place of, if there was one.
     * @param {number} index
     * @returns {Card|undefined}
     */
    draftFor(index: number): Card | undefined;
    /** @deprecated Use `draftFor`. @param {number} index @returns {Card|undefined} */
    draftAt(index: number): Card | undefined;
    /** @param {{cards: Card[], cached?: boolean, partial?: boolean}} data */
    succeed(data: {
        cards: Card[];
        cached?: boolean;
        partial?: boolean;
    }): void;
    /** @param {Error} error */
    fail(error: Error): void;
    /** @param {{message: string, code?: string, retryable?: boolean, retryAfter?: number}} problem */
    failWithError({ message, code, retryable, retryAfter }: {
        message: string;
        code?: string;
        retryable?: boolean;
        retryAfter?: number;
    }): void;
    [Symbol.asyncIterator](): AsyncGenerator<Card, void, unknown>;
    #private;
}
/**
 * with an `id`
 *   once the server has it
 */
export type Card = {
    front: string;
    back: string;
    id?: string;
    [member: string]: any;
};
export type CallResult = {
    cards: Card[];
    generationId: string | null;
    cached?: boolean;
    partial?: boolean;
};
export type Options = {
    topic: string;
    count: number;
    language?: string;
    difficulty?: string;
    kind?: string;
    source?: string;
    refresh?: boolean;
    save?: boolean;
};
