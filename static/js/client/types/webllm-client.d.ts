/**
 * A client that requests flashcards from a MindFlip server over `mindflip.v1`.
 *
 * If the client has an engine, the engine writes the cards that the server requests: those of this
 * client and of the same user's other devices. The class is a superset of the class of the same
 * name in the integration guide. Its events are described in events.js.
 */
export class WebLLMClient extends ClientEmitter {
    /**
     * @param {string|null|(() => string|Promise<string>)} token  an access token, or a function that
     *   returns a fresh one; if null, the browser's session cookie is used
     * @param {string} modelId
     * @param {object} [settings]
     * @param {any} [settings.engine]  a loaded engine of MindFlip or WebLLM, or a function that takes
     *   the model ID and loads one; without an engine, another device of the user writes the cards
     * @param {string} [settings.baseUrl]  the server's origin
     * @param {typeof globalThis.fetch} [settings.fetch]
     * @param {any} [settings.WebSocket]  a class with the interface of the browser's WebSocket
     * @param {Rest} [settings.rest]  replaces the one that is made from token, baseUrl and fetch
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
     * The engine that writes cards in this client, or null.
     *
     * Set it again after you reload the model, set another engine to replace it, or set null to
     * remove it.
     */
    get engine(): any;
    get sessionId(): string;
    /** The current WebSocket, or null. It is replaced after a lost connection. */
    get ws(): WebSocket;
    /**
     * Open the session, start to connect, and load the engine if it was passed as a function.
     * @throws {import("./errors.js").ApiError}
     */
    initialize(): Promise<void>;
    /** Connect to the open session. `initialize` also does this. */
    setupWebSocket(): void;
    /**
     * Request cards. The call is returned immediately, whatever the state of the connection.
     * @param {import("./call.js").Options & {prompt?: string, requestId?: string, signal?:
     *   AbortSignal}} request  calls with the same `requestId` share one
     *   generation
     * @returns {Call}
     */
    generate({ topic, count, prompt, requestId, signal, ...options }: import("./call.js").Options & {
        prompt?: string;
        requestId?: string;
        signal?: AbortSignal;
    }): Call;
    /**
     * Request cards, and return the promise of the result.
     * @param {string} topic at most 200 characters
     * @param {number} count 1 to 50
     * @param {Partial<import("./call.js").Options> & {signal?: AbortSignal}} [options]
     * @returns {Promise<import("./call.js").CallResult>}
     */
    generateFlashcards(topic: string, count: number, options?: Partial<import("./call.js").Options> & {
        signal?: AbortSignal;
    }): Promise<import("./call.js").CallResult>;
    /**
     * Have the engine write the cards of the server's `generate` message.
     * @param {any} message
     * @returns {Promise<void>}
     */
    handleGeneration(message: any): Promise<void>;
    /** @param {string} text a model's output @returns {import("./call.js").Card[]} */
    parseFlashcards(text: string): import("./call.js").Card[];
    /** Close the connection, end the session, and fail all open calls with `session_closed`. */
    close(): Promise<void>;
    #private;
}
/**
 * The handlers of the server's messages, by type. Only tests import them.
 * @type {Record<string, (client: any, message: any) => void>}
 */
export const HANDLERS: Record<string, (client: any, message: any) => void>;
import { ClientEmitter } from "./events.js";
import { Call } from "./call.js";
import { Rest } from "./rest.js";
import { Sessions } from "./sessions.js";
