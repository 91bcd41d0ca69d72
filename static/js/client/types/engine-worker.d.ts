/**
 * Makes the client's engine available to the server.
 *
 * It announces when the engine is ready, runs the server's generations one at a time, and keeps the
 * last response so that it can be sent again.
 */
export class EngineWorker {
    /**
     * @param {object} settings
     * @param {string} settings.modelId
     * @param {(message: object) => boolean} settings.send
     * @param {import("./events.js").ClientEmitter["emit"]} settings.emit
     * @param {(draft: {generationId: string, index: number, card: object}) => void} settings.onDraft
     *   called with a card that the server may not have
     */
    constructor({ modelId, send, emit, onDraft }: {
        modelId: string;
        send: (message: object) => boolean;
        emit: import("./events.js").ClientEmitter["emit"];
        onDraft: (draft: {
            generationId: string;
            index: number;
            card: object;
        }) => void;
    });
    /** True if the engine's `ready` was sent on this socket. */
    get isReady(): boolean;
    /**
     * Use another engine, or the same one after it was loaded again.
     * @param {any} engine null to use none
     */
    setEngine(engine: any): void;
    /** Resume the current run on a new socket, and resend the last response. */
    handleUp(): void;
    /** Report the written cards as drafts when the socket is lost. */
    handleDown(): void;
    /**
     * Resend the last response and `ready`, which may not have arrived.
     *
     * It is harmless to send the same response twice.
     */
    resend(): void;
    /**
     * Run a generation for the server.
     * @param {any} request
     * @returns {Promise<void>} when all requested runs have ended
     */
    handleRequest(request: any): Promise<void>;
    /** Cancel a generation on the server's request. @param {string} generationId */
    handleCancel(generationId: string): void;
    /** Discard a response that the server does not accept. @param {string} generationId */
    discardResponse(generationId: string): void;
    /**
     * Handle an error about a message of this engine that the server could not read.
     *
     * If the message was a response, report that the engine failed, so that another engine tries.
     */
    handleUnreadable({ generationId, code, error }: {
        generationId: any;
        code: any;
        error: any;
    }): void;
    /** Stop the current run. */
    stop(): void;
    #private;
}
/**
 * The interface of an engine that a client can use.
 */
export type Engine = {
    /**
     * after an abort, it resolves with
     * the text so far
     */
    generate: (messages: {
        role: string;
        content: string;
    }[], options: {
        schema?: object;
        grammar?: string;
        maxTokens?: number;
        temperature?: number;
        repetitionPenalty?: number;
        signal?: AbortSignal;
        onToken?: (token: {
            text: string;
            tokens: number;
            seconds: number;
        }) => void;
    }) => Promise<{
        text: string;
        usage?: Usage;
    }>;
    /**
     * facts about the device, for display; `engine` is
     * the name of the engine
     */
    facts?: Record<string, any> | null;
};
/**
 * The interface of an engine that a client can use.
 */
export type Usage = {
    promptTokens: number;
    completionTokens: number;
    seconds: number;
};
