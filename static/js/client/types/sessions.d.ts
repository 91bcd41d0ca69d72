/**
 * The default session store, which keeps sessions in memory.
 * @implements {SessionStore}
 */
export class MemoryStore implements SessionStore {
    read(modelId: any): any;
    write(modelId: any, session: any): void;
    forget(modelId: any): void;
    #private;
}
/** The sessions of a client: one per model, which is reused until it ends. */
export class Sessions {
    /** @param {import("./rest.js").Rest} rest @param {SessionStore} [store] */
    constructor(rest: import("./rest.js").Rest, store?: SessionStore);
    /**
     * Return the stored session if it has not ended, otherwise a new one.
     * @param {string} modelId @returns {Promise<Session>} @throws {import("./rest.js").ApiError}
     */
    open(modelId: string): Promise<Session>;
    /**
     * Return the stored session with a new ticket, or a new session if it has ended.
     *
     * Call this after the server has refused the session's socket.
     * @param {string} modelId @returns {Promise<Session>} @throws {import("./rest.js").ApiError}
     */
    renew(modelId: string): Promise<Session>;
    /** Forget the session, so that the next `open` creates a new one. @param {string} modelId */
    forget(modelId: string): void;
    /**
     * Forget the session, and end it on the server.
     * @param {string} modelId @param {string} sessionId
     */
    close(modelId: string, sessionId: string): Promise<void>;
    #private;
}
export type Session = {
    sessionId: string;
    wsUrl: string;
    modelId: string;
    status: string;
};
export type SessionStore = {
    read(modelId: string): Session | null;
    write(modelId: string, session: Session): void;
    forget(modelId: string): void;
};
