/**
 * One turn of the engine: answer the server's `generate`, cards told of one by one as their JSON closes.
 *
 * @param {object} turn
 * @param {any} turn.engine what createEngine() gave, loaded
 * @param {any} turn.request the server's `generate`
 * @param {(card: object) => void} turn.onCard
 * @param {(spent: {tokens: number, seconds: number}) => void} turn.onTokens
 * @param {AbortSignal} turn.signal
 * @returns {Promise<{cards: object[], usage: object}>} also after an abort, with what was finished by then
 */
export function writeCards({ engine, request, onCard, onTokens, signal }: {
    engine: any;
    request: any;
    onCard: (card: object) => void;
    onTokens: (spent: {
        tokens: number;
        seconds: number;
    }) => void;
    signal: AbortSignal;
}): Promise<{
    cards: object[];
    usage: object;
}>;
