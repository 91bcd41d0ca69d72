// What a model answers, out of a stream in OpenAI's form: both engines speak it.

/**
 * @typedef {{text: string, finishReason: "stop"|"length"|"abort", promptTokens: number,
 *   completionTokens: number}} Answer
 */

/**
 * What both are asked for.
 * @param {{role: string, content: string}[]} messages
 * @param {{maxTokens?: number, temperature?: number}} options
 */
export function streamRequest(messages, { maxTokens, temperature }) {
  return {
    messages,
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: maxTokens,
    temperature,
  };
}

/** Before its first chunk. @returns {Answer} */
export function emptyAnswer() {
  return { text: "", finishReason: "stop", promptTokens: 0, completionTokens: 0 };
}

/**
 * Add a chunk to the answer. Tokens are counted one a chunk until the last, which says how many
 * there were.
 * @param {any} chunk  a `chat.completion.chunk`
 * @param {Answer} answer  changed in place
 * @param {(text: string, tokens: number) => void} onText  the new text, and how many tokens there
 *   are by now
 */
export function addChunk(chunk, answer, onText) {
  const [choice] = chunk.choices ?? [];
  const text = choice?.delta?.content;
  if (typeof text === "string") {
    answer.text += text;
    answer.completionTokens += 1;
    onText(text, answer.completionTokens);
  }
  if (choice?.finish_reason) answer.finishReason = choice.finish_reason;
  if (!chunk.usage) return;
  answer.promptTokens = chunk.usage.prompt_tokens;
  answer.completionTokens = chunk.usage.completion_tokens;
}
