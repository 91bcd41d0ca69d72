/**
 * The errors of this library. Each has a stable `code` and a message for users. The codes are
 * listed in docs/protocol.md.
 */

import { gettext } from "./i18n.js";

/**
 * The base class of this library's errors.
 *
 * If `retryable` is true, the same request may succeed later. `retryAfter` is the number of seconds
 * to wait before that.
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
 * An error response of the REST API, or the lack of a response (`code` "offline", `status` 0).
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

/** The error of a socket that the server refused permanently, with the WebSocket's close code. */
export class ConnectionError extends MindFlipError {
  /** @param {{message: string, code?: string, closeCode: number}} problem */
  constructor({ closeCode, ...problem }) {
    super(problem);
    this.closeCode = closeCode;
  }
}

/** The error of a failed or cancelled generation, with the `cards` received before it. */
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

/** The error for a server that cannot be reached, over REST or the socket. */
export const UNREACHABLE = {
  code: "offline",
  message: gettext("The server does not answer. Check the connection and try again."),
  retryable: true,
};
