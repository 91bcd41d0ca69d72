/**
 * Asks a MindFlip server for flashcards, and has its engine, if it has one, write what the server
 * asks for: its own cards, and those of the same user's other devices. A superset of the
 * integration guide's class of this name; speaks `mindflip.v1`. Its events stand in events.js.
 */
export class WebLLMClient extends ClientEmitter {
    /**
     * @param {string|null|(() => string|Promise<string>)} token  an access token, or who gives a
     *   fresh one; null: the browser's cookies
     * @param {string} modelId
     * @param {object} [settings]
     * @param {any} [settings.engine]  one of ours or WebLLM's own, loaded; or a function of the model
     *   id that loads one; without any,
     *   another device of the user writes
     * @param {string} [settings.baseUrl]  the server's origin
     * @param {typeof globalThis.fetch} [settings.fetch]
     * @param {any} [settings.WebSocket]  a class like the browsers' own
     * @param {Rest} [settings.rest]  in place of one made of token, baseUrl and fetch
     * @param {Sessions} [settings.sessions]
     * @param {import("./util.js").Clock} [settings.clock]
     * @param {() => number} [settings.random]
     */
    constructor(token: string | null | (() => string | Promise<string>), modelId: string, settings?: {
        engine?: any;
        baseUrl?: string;
        fetch?: typeof globalThis.fetch;
        WebSocket?: any;
        rest?: Rest;
        sessions?: Sessions;
        clock?: import("./util.js").Clock;
        random?: () => number;
    });
    token: string | (() => string | Promise<string>);
    modelId: string;
    set engine(engine: any);
    /**
     * What writes cards here. Give it again after a reload, another in its place, or null when there
     * is none any more.
     */
    get engine(): any;
    get sessionId(): string;
    /** The WebSocket of this moment; after a drop it is another. */
    get ws(): WebSocket;
    /**
     * Open the session, load the engine if it is given as a function, and begin to connect.
     * @throws {import("./errors.js").ApiError}
     */
    initialize(): Promise<void>;
    /** Connect to the session that is there; `initialize` does it, too. */
    setupWebSocket(): void;
    /**
     * Ask for cards. The call is made at once, whatever the state of the connection.
     * @param {import("./call.js").Options & {prompt?: string, requestId?: string, signal?:
     *   AbortSignal}} request  the same `requestId` again
     *   is the same generation
     * @returns {Call}
     */
    generate({ topic, count, prompt, requestId, signal, ...options }: import("./call.js").Options & {
        prompt?: string;
        requestId?: string;
        signal?: AbortSignal;
    }): Call;
    /**
     * @param {string} topic at most 200 characters
     * @param {number} count 1 to 50
     * @param {Partial<import("./call.js").Options> & {signal?: AbortSignal}} [options]
     * @returns {Promise<import("./call.js").CallResult>}
     */
    generateFlashcards(topic: string, count: number, options?: Partial<import("./call.js").Options> & {
        signal?: AbortSignal;
    }): Promise<import("./call.js").CallResult>;
    /**
     * Have the engine write what the server's `generate` asks for.
     * @param {any} message
     * @returns {Promise<void>}
     */
    handleGeneration(message: any): Promise<void>;
    /** @param {string} text a model's @returns {import("./call.js").Card[]} */
    parseFlashcards(text: string): import("./call.js").Card[];
    /** Hang up, and end the session on the server. What is open fails with `session_closed`. */
    close(): Promise<void>;
    #private;
}
import { ClientEmitter } from "./events.js";
import { Call } from "./call.js";
import { Rest } from "./rest.js";
import { Sessions } from "./sessions.js";
