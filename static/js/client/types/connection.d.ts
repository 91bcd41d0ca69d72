/**
 * @typedef {{code: number, failedAttempts: number}} LastClose  The close code of the last
 *   socket, and how many sockets in a row closed before the server's greeting.
 */
/**
 * A WebSocket connection that reconnects with growing delays until it is closed or fails
 * permanently.
 *
 * Events: `up` (detail: the server's snapshot), `message` (detail: the parsed message), `down`
 * (detail: `seconds` until the next attempt, and the `error` if there is one), `ended` (detail: the
 * error; the connection is not retried).
 */
export class Connection extends Emitter {
    /**
     * @param {object} settings
     * @param {(lastClose: LastClose|null) => Promise<string>} settings.getUrl  returns the URL
     *   of the next socket; it is called again after a `retryable` error, and other errors end the
     *   connection
     * @param {any} [settings.WebSocket]  a class with the interface of the browser's WebSocket
     * @param {import("./util.js").Clock} [settings.clock]
     * @param {() => number} [settings.random]
     */
    constructor({ getUrl, WebSocket, clock, random, }: {
        getUrl: (lastClose: LastClose | null) => Promise<string>;
        WebSocket?: any;
        clock?: import("./util.js").Clock;
        random?: () => number;
    });
    /** True if the server has greeted the current socket. */
    get isUp(): boolean;
    /** True if the connection has ended permanently. */
    get isClosed(): boolean;
    /** The current WebSocket, or null. */
    get socket(): WebSocket;
    /**
     * Send a message if the connection is up.
     * @param {object} message @returns {boolean} false if it is down and nothing was sent
     */
    send(message: object): boolean;
    /** Skip the delay before the next attempt, and reset the backoff. */
    retryNow(): void;
    /** Replace the current socket with a new one. */
    reconnect(): void;
    /** Close the connection permanently. */
    close(): void;
    #private;
}
/**
 * The close code of the last
 *   socket, and how many sockets in a row closed before the server's greeting.
 */
export type LastClose = {
    code: number;
    failedAttempts: number;
};
import { Emitter } from "./events.js";
