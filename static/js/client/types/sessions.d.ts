/**
 * Where sessions are remembered unless something better is given: in memory.
 * @implements {SessionStore}
 */
export class MemoryStore implements SessionStore {
    read(modelId: any): any;
    write(modelId: any, session: any): void;
    forget(modelId: any): void;
    #private;
}
/** One session a model, opened once and used again for as long as it lives. */
export class Sessions {
    /** @param {import("./rest.js").Rest} rest @param {SessionStore} [store] */
    constructor(rest: import("./rest.js").Rest, store?: SessionStore);
    /** @param {string} modelId @returns {Promise<Session>} @throws {import("./rest.js").ApiError} */
    open(modelId: string): Promise<Session>;
    /**
     * The session after its socket was refused: with a fresh ticket, or a new session in place of one
     * that has ended.
     * @param {string} modelId @returns {Promise<Session>} @throws {import("./rest.js").ApiError}
     */
    renew(modelId: string): Promise<Session>;
    /** Forget the session, so that the next open makes a new one. @param {string} modelId */
    forget(modelId: string): void;
    /** End the session on the server as well. @param {string} modelId @param {string} sessionId */
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
