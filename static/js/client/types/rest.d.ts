/**
 * An answer that is a refusal, however it was asked for.
 * @param {number} status @param {any} problem the answer's JSON, or null @param {string|null}
 *   [retryAfter] the header of this name
 * @returns {ApiError}
 */
export function toApiError(status: number, problem: any, retryAfter?: string | null): ApiError;
export { ApiError };
/** The server's REST calls: JSON in, JSON out, refusals as ApiError. */
export class Rest {
    /**
     * @param {object} [settings]
     * @param {string} [settings.baseUrl] origin of the server; empty: this page's own
     * @param {string|null|(() => string|Promise<string>)} [settings.token] an access token, or who
     *   gives a fresh one at each call;
     *   null: the browser's cookies speak for the user
     * @param {() => Record<string, string>} [settings.headers] further headers, asked for at each
     *   call
     * @param {typeof fetch} [settings.fetch]
     * @param {number} [settings.timeoutSeconds] after which a call fails as one that the server does
     *   not answer
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
     * @param {string} method
     * @param {string} path
     * @param {object} [body]
     * @returns {Promise<any>} the JSON of the answer, or null for an empty one
     * @throws {ApiError}
     */
    call(method: string, path: string, body?: object): Promise<any>;
    #private;
}
import { ApiError } from "./errors.js";
