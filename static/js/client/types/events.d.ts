/**
 * What a WebLLMClient tells of, by the event's name; each stands in the event's `detail`.
 *
 * @typedef {object} ClientEvents
 * @property {{state: "up"|"down"|"ended", seconds?: number, error?: Error}} connection  down: the
 *   next try comes in `seconds`; ended: none comes
 * @property {{session: Record<string, any>, seq: number}} session  the session as the server shows
 *   it, on each change
 * @property {{call: import("./call.js").Call}} generation  cards that another device or tab of this
 *   session asked for
 * @property {{call: import("./call.js").Call, progress: number, message: string}} progress
 * @property {{call: import("./call.js").Call, status: string, place: number, engine: string|null,
 *   attempt: number}} waiting queued with `place` others before it, or leased to an engine
 * @property {{call: import("./call.js").Call, card: import("./call.js").Card, index: number}} card
 * @property {{call: import("./call.js").Call, card: import("./call.js").Card, index: number}} draft
 *   written by the engine of this client while the server cannot be reached; its `card` follows
 *   when it can, and `call.draftFor(index)` then gives the draft that it stands for
 * @property {{generationId: string, tokens: number, seconds: number}} tokens  the engine of this
 *   client at work
 * @property {{generationId: string, code: string, error: Error & {code?: string}}} enginefailed  it
 *   gave up; give the client another, or the same again
 * @property {{code: string, message: string}} problem  a refusal that belongs to no call
 */
/** An EventTarget whose events are all CustomEvents. */
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
/** One with the events of a client: the same method, with types. */
export class ClientEmitter extends Emitter {
    /**
     * @template {keyof ClientEvents} Name
     * @param {Name} name
     * @param {(event: CustomEvent<ClientEvents[Name]>) => void} listener
     * @param {AddEventListenerOptions | boolean} [options]
     */
    addEventListener<Name extends keyof ClientEvents>(name: Name, listener: (event: CustomEvent<ClientEvents[Name]>) => void, options?: AddEventListenerOptions | boolean): void;
}
/**
 * What a WebLLMClient tells of, by the event's name; each stands in the event's `detail`.
 */
export type ClientEvents = {
    /**
     * down: the
     * next try comes in `seconds`; ended: none comes
     */
    connection: {
        state: "up" | "down" | "ended";
        seconds?: number;
        error?: Error;
    };
    /**
     * the session as the server shows
     * it, on each change
     */
    session: {
        session: Record<string, any>;
        seq: number;
    };
    /**
     * cards that another device or tab of this
     * session asked for
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
     * queued with `place` others before it, or leased to an engine
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
     *   written by the engine of this client while the server cannot be reached; its `card` follows
     *   when it can, and `call.draftFor(index)` then gives the draft that it stands for
     */
    draft: {
        call: import("./call.js").Call;
        card: import("./call.js").Card;
        index: number;
    };
    /**
     * the engine of this
     * client at work
     */
    tokens: {
        generationId: string;
        tokens: number;
        seconds: number;
    };
    /**
     * it
     * gave up; give the client another, or the same again
     */
    enginefailed: {
        generationId: string;
        code: string;
        error: Error & {
            code?: string;
        };
    };
    /**
     * a refusal that belongs to no call
     */
    problem: {
        code: string;
        message: string;
    };
};
