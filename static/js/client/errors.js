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
  constructor({ message, code = "internal", retryable = false, retryAfter }) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }
}

/**
 * An answer over REST that is a refusal, or the lack of any answer (`code` "offline", `status` 0).
 */
export class ApiError extends MindFlipError {
  /**
   * @param {{message: string, status?: number, code?: string, fields?: Record<string, string[]>,
   *   retryAfter?: number}} problem
   */
  constructor({ status = 0, fields = {}, ...problem }) {
    super({ retryable: status === 0 || status === 429 || status >= 500, ...problem });
    this.status = status;
    this.fields = fields;
  }
}

/** The socket was refused for good; `closeCode` is the contract's. */
export class ConnectionError extends MindFlipError {
  /** @param {{message: string, code?: string, closeCode: number}} problem */
  constructor({ closeCode, ...problem }) {
    super(problem);
    this.closeCode = closeCode;
  }
}

/** A generation that failed or was cancelled. `cards` are those that had come by then. */
export class GenerationError extends MindFlipError {
  /**
   * @param {{message: string, code?: string, retryable?: boolean, retryAfter?: number,
   *   generationId?: string|null,
   *   cards?: import("./call.js").Card[]}} problem
   */
  constructor({ generationId = null, cards = [], ...problem }) {
    super(problem);
    this.generationId = generationId;
    this.cards = cards;
  }
}

/** What is said when the server cannot be reached, over REST and on the socket alike. */
export const UNREACHABLE = {
  code: "offline",
  message: "The server does not answer. Check the connection and try again.",
  retryable: true,
};
