/**
 * @typedef {{code: number, failedAttempts: number}} LastClose how the last socket ended, and how
 *   many in a row never came up
 */
/**
 * A socket that comes back: whatever ends it, it is made again with growing pauses, until
 * `close()`.
 *
 * Events: `up` (detail: the server's snapshot), `message` (detail: the object), `down` (detail:
 * {seconds} until the next try, and the `error` if there is one), `ended` (detail: the error; no
 * further try).
 */
export class Connection extends Emitter {
    /**
     * @param {object} settings
     * @param {(lastClose: LastClose|null) => Promise<string>} settings.getUrl where to connect, after
     *   what; its errors count as failed tries if `retryable`
     * @param {any} [settings.WebSocket]  a class like the browsers' own
     * @param {import("./util.js").Clock} [settings.clock]
     * @param {() => number} [settings.random]
     */
    constructor({ getUrl, WebSocket, clock, random, }: {
        getUrl: (lastClose: LastClose | null) => Promise<string>;
        WebSocket?: any;
        clock?: import("./util.js").Clock;
        random?: () => number;
    });
    /** Whether the server has greeted this socket. */
    get isUp(): boolean;
    /** Whether it will never be up again. */
    get isClosed(): boolean;
    /** The WebSocket of this moment. */
    get socket(): WebSocket;
    /** @param {object} message @returns {boolean} false: it is down, and nothing was sent */
    send(message: object): boolean;
    /** Somebody waits: make the next try now. */
    retryNow(): void;
    /** Leave this socket for a new one. */
    reconnect(): void;
    /** Hang up for good. */
    close(): void;
    #private;
}
/**
 * how the last socket ended, and how
 *   many in a row never came up
 */
export type LastClose = {
    code: number;
    failedAttempts: number;
};
import { Emitter } from "./events.js";
