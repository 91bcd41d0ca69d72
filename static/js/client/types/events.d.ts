/**
 * The `detail` of each event of a WebLLMClient, by the event's name.
 *
 * @typedef {object} ClientEvents
 * @property {{state: "up"|"down"|"ended", seconds?: number, error?: Error}} connection  "down": the
 *   next attempt is in `seconds`; "ended": the client does not try again
 * @property {{session: Record<string, any>, seq: number}} session  the session as the server
 *   sends it, after each change
 * @property {{call: import("./call.js").Call}} generation  a request that another device or tab of
 *   this session made
 * @property {{call: import("./call.js").Call, progress: number, message: string}} progress
 * @property {{call: import("./call.js").Call, status: string, place: number, engine: string|null,
 *   attempt: number}} waiting  the call is queued with `place` generations before it, or leased to
 *   an engine
 * @property {{call: import("./call.js").Call, card: import("./call.js").Card, index: number}} card
 * @property {{call: import("./call.js").Call, card: import("./call.js").Card, index: number}} draft
 *   a card that this client's engine wrote and that the server may not have, because the connection
 *   is down; if the server accepts it later, a `card` event follows, and `call.draftFor(index)`
 *   returns the draft that the card replaced
 * @property {{generationId: string, tokens: number, seconds: number}} tokens  progress of this
 *   client's engine
 * @property {{generationId: string, code: string, error: Error & {code?: string}}} enginefailed
 *   this client's engine failed; set the client's engine again, to another engine or the same one
 * @property {{code: string, message: string}} problem  an error that does not belong to a call
 */
/** An EventTarget that only dispatches CustomEvents. */
export class Emitter extends EventTarget {
    /**
     * @param {string} name
     * @param {(event: CustomEvent<any>) => void} listener
     * @param {AddEventListenerOptions | boolean} [options]
     */
    addEventListener(name: string, listener: (event: CustomEvent<any>) => void, options?: AddEventListenerOptions | boolean): void;
    /** @param {string} name @param {any} [detail] */
    emit(name: string, detail?: any): void;
}
/** An Emitter with the typed events of a client. */
export class ClientEmitter extends Emitter {
    /**
     * @template {keyof ClientEvents} Name
     * @param {Name} name
     * @param {(event: CustomEvent<ClientEvents[Name]>) => void} listener
     * @param {AddEventListenerOptions | boolean} [options]
     */
    addEventListener<Name extends keyof ClientEvents>(name: Name, listener: (event: CustomEvent<ClientEvents[Name]>) => void, options?: AddEventListenerOptions | boolean): void;
    /**
     * @template {keyof ClientEvents} Name
     * @param {Name} name
     * @param {ClientEvents[Name]} detail
     */
    emit<Name extends keyof ClientEvents>(name: Name, detail: ClientEvents[Name]): void;
}
/**
 * The `detail` of each event of a WebLLMClient, by the event's name.
 */
export type ClientEvents = {
    /**
     * "down": the
     * next attempt is in `seconds`; "ended": the client does not try again
     */
    connection: {
        state: "up" | "down" | "ended";
        seconds?: number;
        error?: Error;
    };
    /**
     * the session as the server
     * sends it, after each change
     */
    session: {
        session: Record<string, any>;
        seq: number;
    };
    /**
     * a request that another device or tab of
     * this session made
     */
    generation: {
        call: import("./call.js").Call;
    };
    progress: {
        call: import("./call.js").Call;
        progress: number;
        message: string;
    };
    /**
     * the call is queued with `place` generations before it, or leased to
     * an engine
     */
    waiting: {
        call: import("./call.js").Call;
        status: string;
        place: number;
        engine: string | null;
        attempt: number;
    };
    card: {
        call: import("./call.js").Call;
        card: import("./call.js").Card;
        index: number;
    };
    /**
     *   a card that this client's engine wrote and that the server may not have, because the connection
     *   is down; if the server accepts it later, a `card` event follows, and `call.draftFor(index)`
     *   returns the draft that the card replaced
     */
    draft: {
        call: import("./call.js").Call;
        card: import("./call.js").Card;
        index: number;
    };
    /**
     * progress of this
     * client's engine
     */
    tokens: {
        generationId: string;
        tokens: number;
        seconds: number;
    };
    /**
     *   this client's engine failed; set the client's engine again, to another engine or the same one
     */
    enginefailed: {
        generationId: string;
        code: string;
        error: Error & {
            code?: string;
        };
    };
    /**
     * an error that does not belong to a call
     */
    problem: {
        code: string;
        message: string;
    };
};
