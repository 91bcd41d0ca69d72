/**
 * A session on the server and its connection.
 *
 * The session is opened when it is first needed and again after it has ended. The sequence number
 * of the last message is kept, so that a new socket continues where the previous one stopped.
 *
 * Events: those of Connection.
 */
export class SessionConnection extends Emitter {
    /**
     * @param {{modelId: string, sessions: import("./sessions.js").Sessions, [setting: string]: any}}
     *   settings  includes the settings of Connection
     */
    constructor({ modelId, sessions, ...settings }: {
        modelId: string;
        sessions: import("./sessions.js").Sessions;
        [setting: string]: any;
    });
    get sessionId(): string;
    get socket(): WebSocket;
    /**
     * Open the session and start to connect, unless this has already happened.
     * @throws {import("./errors.js").ApiError}
     */
    open(): Promise<void>;
    /**
     * Send a message if the connection is up.
     * @param {object} message @returns {boolean} false if it is down and nothing was sent
     */
    send(message: object): boolean;
    /** Skip the delay before the next attempt. */
    retryNow(): void;
    /** Replace the current socket with a new one. */
    reconnect(): void;
    /** Close the connection, and end the session on the server. */
    close(): Promise<void>;
    /** Start to connect to the open session, if there is one. */
    connect(): void;
    #private;
}
import { Emitter } from "./events.js";
