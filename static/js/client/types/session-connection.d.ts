/**
 * The way to the server: a session, opened when first needed and again when it has ended, its
 * socket, and the number of the last news heard on it, with which a new socket begins where the old
 * one broke off.
 *
 * Events: those of Connection.
 */
export class SessionConnection extends Emitter {
    /**
     * @param {{modelId: string, sessions: import("./sessions.js").Sessions, [setting: string]: any}}
     *   settings those of Connection, too
     */
    constructor({ modelId, sessions, ...settings }: {
        modelId: string;
        sessions: import("./sessions.js").Sessions;
        [setting: string]: any;
    });
    get sessionId(): string;
    get socket(): WebSocket;
    /**
     * Open the session and begin to connect, unless that is done.
     * @throws {import("./errors.js").ApiError}
     */
    open(): Promise<void>;
    /** @param {object} message @returns {boolean} false: it is down, and nothing was sent */
    send(message: object): boolean;
    /** Somebody waits: try now. */
    retryNow(): void;
    /** Leave this socket for a new one. */
    reconnect(): void;
    /** Hang up, and end the session on the server. */
    close(): Promise<void>;
    /** Begin to connect to the session that is there. */
    connect(): void;
    #private;
}
import { Emitter } from "./events.js";
