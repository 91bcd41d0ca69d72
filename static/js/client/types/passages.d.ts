/**
 * Have the engine write the cards of the request's `passages`.
 *
 * @param {object} run
 * @param {import("./engine-worker.js").Engine} run.engine
 * @param {any} run.request the server's `generate`
 * @param {object} run.sampling the sampling options
 * @param {import("./parse.js").Check} run.check
 * @param {(card: object) => void} run.onCard
 * @param {(progress: {tokens: number, seconds: number}) => void} run.onTokens
 * @param {AbortSignal} run.signal
 * @returns {Promise<{cards: object[], usage: import("./engine-worker.js").Usage}>} also after an
 *   abort, then with the cards finished so far
 */
export function writePassages({ engine, request, sampling, check, onCard, onTokens, signal, }: {
    engine: import("./engine-worker.js").Engine;
    request: any;
    sampling: object;
    check: import("./parse.js").Check;
    onCard: (card: object) => void;
    onTokens: (progress: {
        tokens: number;
        seconds: number;
    }) => void;
    signal: AbortSignal;
}): Promise<{
    cards: object[];
    usage: import("./engine-worker.js").Usage;
}>;
/**
 * Return the parts of a sentence that a card can ask for, with the position of each.
 *
 * They are up to five words, start and end with a word that is not a frequent one such as "the",
 * and contain no comma or other boundary.
 * @param {string} sentence
 * @returns {Map<string, number>}
 */
export function answersIn(sentence: string): Map<string, number>;
