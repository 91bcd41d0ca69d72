/**
 * The base class of this library's errors.
 *
 * If `retryable` is true, the same request may succeed later. `retryAfter` is the number of seconds
 * to wait before that.
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
 * An error response of the REST API, or the lack of a response (`code` "offline", `status` 0).
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
/** The error of a socket that the server refused permanently, with the WebSocket's close code. */
export class ConnectionError extends MindFlipError {
    /** @param {{message: string, code?: string, closeCode: number}} problem */
    constructor({ closeCode, ...problem }: {
        message: string;
        code?: string;
        closeCode: number;
    });
    closeCode: number;
}
/** The error of a failed or cancelled generation, with the `cards` received before it. */
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
