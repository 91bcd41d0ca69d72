/**
 * What went wrong, as classes: each has a stable `code` and a sentence for a person. The codes
 * stand in docs/protocol.md.
 */
/**
 * Base of everything that this library throws. `retryable`: the same may succeed later;
 * `retryAfter`: not before so many seconds.
 */
export class MindFlipError extends Error {
    /** @param {{message: string, code?: string, retryable?: boolean, retryAfter?: number}} problem */
    constructor({ message, code, retryable, retryAfter }: {
        message: string;
        code?: string;
        retryable?: boolean;
        retryAfter?: number;
    });
    code: string;
    retryable: boolean;
    retryAfter: number;
}
/**
 * An answer over REST that is a refusal, or the lack of any answer (`code` "offline", `status` 0).
 */
export class ApiError extends MindFlipError {
    /**
     * @param {{message: string, status?: number, code?: string, fields?: Record<string, string[]>,
     *   retryAfter?: number}} problem
     */
    constructor({ status, fields, ...problem }: {
        message: string;
        status?: number;
        code?: string;
        fields?: Record<string, string[]>;
        retryAfter?: number;
    });
    status: number;
    fields: Record<string, string[]>;
}
/** The socket was refused for good; `closeCode` is the contract's. */
export class ConnectionError extends MindFlipError {
    /** @param {{message: string, code?: string, closeCode: number}} problem */
    constructor({ closeCode, ...problem }: {
        message: string;
        code?: string;
        closeCode: number;
    });
    closeCode: number;
}
/** A generation that failed or was cancelled. `cards` are those that had come by then. */
export class GenerationError extends MindFlipError {
    /**
     * @param {{message: string, code?: string, retryable?: boolean, retryAfter?: number,
     *   generationId?: string|null,
     *   cards?: import("./call.js").Card[]}} problem
     */
    constructor({ generationId, cards, ...problem }: {
        message: string;
        code?: string;
        retryable?: boolean;
        retryAfter?: number;
        generationId?: string | null;
        cards?: import("./call.js").Card[];
    });
    generationId: string;
    cards: import("./call.js").Card[];
}
export namespace UNREACHABLE {
    let code: string;
    let message: string;
    let retryable: boolean;
}
