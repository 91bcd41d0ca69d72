// A model's answer, built from a stream in OpenAI's format, which both engines use.

/**
 * @typedef {{text: string, finishReason: "stop"|"length"|"abort", promptTokens: number,
 *   completionTokens: number}} Answer
 */

/**
 * Return the options of a request that both engines share.
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

/** Return an empty answer. @returns {Answer} */
export function emptyAnswer() {
  return { text: "", finishReason: "stop", promptTokens: 0, completionTokens: 0 };
}

/**
 * Add a chunk to the answer.
 *
 * Each chunk counts as one token, until the last chunk reports the actual numbers. llama.cpp also
 * reports the length of the prompt in every chunk, because an aborted answer has no last chunk.
 * @param {any} chunk  a `chat.completion.chunk`
 * @param {Answer} answer  changed in place
 * @param {(text: string, tokens: number) => void} onText  called with the new text and the number
 *   of tokens so far
 */
export function addChunk(chunk, answer, onText) {
  const [choice] = chunk.choices ?? [];
  const text = choice?.delta?.content;
  if (typeof text === "string") {
    answer.text += text;
    answer.completionTokens += 1;
    onText(text, answer.completionTokens);
  }
  if (chunk.timings) answer.promptTokens = chunk.timings.cache_n + chunk.timings.prompt_n;
  if (choice?.finish_reason) answer.finishReason = choice.finish_reason;
  if (!chunk.usage) return;
  answer.promptTokens = chunk.usage.prompt_tokens;
  answer.completionTokens = chunk.usage.completion_tokens;
}
