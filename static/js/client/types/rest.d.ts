/**
 * Convert an error response to an ApiError.
 * @param {number} status @param {any} problem the response's JSON, or null @param {string|null}
 *   [retryAfter] the Retry-After header
 * @returns {ApiError}
 */
export function toApiError(status: number, problem: any, retryAfter?: string | null): ApiError;
export { ApiError };
/** A client for the server's REST API, which sends and receives JSON. */
export class Rest {
    /**
     * @param {object} [settings]
     * @param {string} [settings.baseUrl] the server's origin; if empty, the page's origin
     * @param {string|null|(() => string|Promise<string>)} [settings.token] an access token, or a
     *   function that returns a fresh one for each request; if null, the browser's session cookie is
     *   used
     * @param {() => Record<string, string>} [settings.headers] returns additional headers for each
     *   request
     * @param {typeof fetch} [settings.fetch]
     * @param {number} [settings.timeoutSeconds] seconds after which a request fails with the code
     *   "offline"
     */
    constructor({ baseUrl, token, headers, fetch, timeoutSeconds, }?: {
        baseUrl?: string;
        token?: string | null | (() => string | Promise<string>);
        headers?: () => Record<string, string>;
        fetch?: typeof globalThis.fetch;
        timeoutSeconds?: number;
    });
    baseUrl: string;
    /** @param {string} path */
    get(path: string): Promise<any>;
    /** @param {string} path @param {object} [body] */
    post(path: string, body?: object): Promise<any>;
    /** @param {string} path @param {object} body */
    patch(path: string, body: object): Promise<any>;
    /** @param {string} path */
    delete(path: string): Promise<any>;
    /**
     * Send a request.
     * @param {string} method
     * @param {string} path
     * @param {object} [body]
     * @returns {Promise<any>} the JSON of the response, or null if it contains none
     * @throws {ApiError}
     */
    call(method: string, path: string, body?: object): Promise<any>;
    #private;
}
import { ApiError } from "./errors.js";
