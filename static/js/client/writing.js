import { CardStream, parseFlashcards } from "./parse.js";

/** Tokens that one card may take, and the brackets around all of them. */
const TOKENS_PER_CARD = 200;
const TOKENS_AROUND = 64;

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
export async function writeCards({ engine, request, onCard, onTokens, signal }) {
  const stream = new CardStream();
  const { schema, grammar } = request.responseFormat ?? {};
  const answer = await engine.generate(request.messages, {
    schema,
    grammar,
    maxTokens: TOKENS_AROUND + TOKENS_PER_CARD * request.options.count,
    temperature: 0.7,
    signal,
    onToken: ({ text, tokens, seconds }) => {
      stream.push(text).forEach(onCard);
      onTokens({ tokens, seconds });
    },
  });
  return { cards: parseFlashcards(answer.text), usage: answer.usage };
}
