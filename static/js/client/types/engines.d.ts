/**
 * What a client needs of an engine.
 *
 * @typedef {object} Engine
 * @property {(messages: {role: string, content: string}[], options: {schema?: object, grammar?: string, maxTokens?: number,
 *   temperature?: number, signal?: AbortSignal, onToken?: (token: {text: string, tokens: number, seconds: number}) => void}) =>
 *   Promise<{text: string, usage?: Usage}>} generate  an aborted one resolves with what there is
 * @property {Record<string, any>|null} [facts]  of the device, for people; `engine` in it names the engine
 *
 * @typedef {{promptTokens: number, completionTokens: number, seconds: number}} Usage
 */
/**
 * An engine as this library speaks to it: ours as it is, WebLLM's own MLCEngine in a coat.
 * @param {any} engine @returns {Engine|null}
 */
export function engineOf(engine: any): Engine | null;
/**
 * What a client needs of an engine.
 */
export type Engine = {
    /**
     * an aborted one resolves with what there is
     */
    generate: (messages: {
        role: string;
        content: string;
    }[], options: {
        schema?: object;
        grammar?: string;
        maxTokens?: number;
        temperature?: number;
        signal?: AbortSignal;
        onToken?: (token: {
            text: string;
            tokens: number;
            seconds: number;
        }) => void;
    }) => Promise<{
        text: string;
        usage?: Usage;
    }>;
    /**
     * of the device, for people; `engine` in it names the engine
     */
    facts?: Record<string, any> | null;
};
/**
 * What a client needs of an engine.
 */
export type Usage = {
    promptTokens: number;
    completionTokens: number;
    seconds: number;
};
