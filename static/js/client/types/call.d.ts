/**
 * @typedef {{front: string, back: string, id?: string, [member: string]: any}} Card  Cards from
 *   the server have an `id`.
 * @typedef {{cards: Card[], generationId: string|null, cached?: boolean, partial?: boolean}}
 *   CallResult
 * @typedef {{topic: string, count: number, language?: string, difficulty?: string, kind?: string,
 *   source?: string, refresh?: boolean,
 *   save?: boolean}} Options
 */
/**
 * One request for cards.
 *
 * `for await (const card of call)` yields each card when it is finished and throws the error that
 * `result` rejects with. `result` resolves with all cards. Leaving the loop early does not cancel
 * the request. Use `cancel()` or the AbortSignal for that.
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
    /** The generation's ID, or null until the server has responded. @type {string|null} */
    generationId: string | null;
    /** The cards received so far, by index. @type {Card[]} */
    cards: Card[];
    /**
     * Cards that this client's engine wrote and the server has not confirmed, by the engine's index.
     * After success, these are the cards that the server rejected.
     * @type {Map<number, Card>}
     */
    drafts: Map<number, Card>;
    /** One of "asking", "queued", "leased", "succeeded" or "failed". */
    status: string;
    /** The number of generations before this one in the queue. */
    place: number;
    /**
     * @type {Promise<CallResult>} rejects with a GenerationError, with a ConnectionError if the
     *   server refuses the socket permanently, or with an ApiError if a REST request fails, for
     *   example the one that opens the session
     */
    result: Promise<CallResult>;
    requestId: string;
    prompt: string;
    options: Options;
    cancel: () => void;
    /** True if this client did not make the request and only observes it. */
    get isRemote(): boolean;
    get isFinished(): boolean;
    /**
     * The `generate` message of this call.
     *
     * It can be sent repeatedly, because the server runs each request ID only once.
     */
    get message(): {
        type: string;
        prompt: string;
        options: Options;
        requestId: string;
    };
    /**
     * Record that the server has accepted the request.
     * @param {{generationId?: string, status?: string, place?: number}} news
     */
    accept({ generationId, status, place }: {
        generationId?: string;
        status?: string;
        place?: number;
    }): void;
    /**
     * Add a card from the server.
     * @param {number} index
     * @param {Card} card
     * @returns {boolean} false if there already is a card at this index or the call is finished
     */
    addCard(index: number, card: Card): boolean;
    /**
     * Add a card that this client's engine wrote and that the server may not have.
     * @param {number} index
     * @param {Card} card
     * @returns {boolean} whether the draft is new
     */
    draft(index: number, card: Card): boolean;
    /**
     * Return the draft that the server's card at this index replaced, if there was one.
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
 * Cards from
 *   the server have an `id`.
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
