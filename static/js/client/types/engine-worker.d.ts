/**
 * Puts the client's engine at the server's service: says when it is ready, has it write what the
 * server asks for, one generation at a time, and keeps an answer until it is sure that the server
 * has it.
 */
export class EngineWorker {
    /**
     * @param {object} settings
     * @param {string} settings.modelId
     * @param {(message: object) => boolean} settings.send
     * @param {(name: string, detail: any) => void} settings.emit
     * @param {(draft: {generationId: string, index: number, card: object}) => void} settings.onDraft
     *   a card that the server may not know
     */
    constructor({ modelId, send, emit, onDraft }: {
        modelId: string;
        send: (message: object) => boolean;
        emit: (name: string, detail: any) => void;
        onDraft: (draft: {
            generationId: string;
            index: number;
            card: object;
        }) => void;
    });
    /** Whether the server takes this socket for an engine. */
    get isReady(): boolean;
    /** Another engine, or the same loaded again. @param {any} engine null: there is none any more */
    setEngine(engine: any): void;
    /** The socket is up, and a new one: what is going on is told anew. */
    handleUp(): void;
    /** The socket is gone: what is written is told to those here. */
    handleDown(): void;
    /** Say once more what may never have arrived; the same answer twice is harmless. */
    resend(): void;
    /**
     * The server wants cards.
     * @param {any} request
     * @returns {Promise<void>} when all that was asked is written, or given up
     */
    handleRequest(request: any): Promise<void>;
    /** The server takes its request back. @param {string} generationId */
    handleCancel(generationId: string): void;
    /** An answer that the server does not take (any more). @param {string} generationId */
    discardResponse(generationId: string): void;
    /**
     * What was said of a generation can never be read: the server is told that this engine has no
     * answer, so that another tries.
     */
    handleUnreadable({ generationId, code, error }: {
        generationId: any;
        code: any;
        error: any;
    }): void;
    /** Stop whatever is being written. */
    stop(): void;
    #private;
}
/**
 * What a client needs of an engine.
 */
export type Engine = {
    /**
     * an aborted one resolves with what there is
     */
    generate: (messages: {
        role: string;
        content: string;
    }[], options: {
        schema?: object;
        grammar?: string;
        maxTokens?: number;
        temperature?: number;
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
     * of the device, for people; `engine` in it names the
     * engine
     */
    facts?: Record<string, any> | null;
};
/**
 * What a client needs of an engine.
 */
export type Usage = {
    promptTokens: number;
    completionTokens: number;
    seconds: number;
};
