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
export function engineOf(engine) {
  return engine?.chat?.completions ? new MLCEngineCoat(engine) : (engine ?? null);
}

/** WebLLM's MLCEngine, as the guide makes it. @implements {Engine} */
class MLCEngineCoat {
  facts = { engine: "webllm" };
  #engine;

  constructor(engine) {
    this.#engine = engine;
  }

  /** @type {Engine["generate"]} */
  async generate(messages, { schema, grammar, maxTokens, temperature, signal, onToken = () => {} }) {
    const begun = Date.now();
    const stop = () => this.#engine.interruptGenerate?.();
    signal?.addEventListener("abort", stop);
    try {
      const request = { messages, temperature, max_tokens: maxTokens, response_format: responseFormat(schema, grammar) };
      const chunks = await this.#engine.chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } });
      return await gather(chunks, begun, onToken);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }
}

function responseFormat(schema, grammar) {
  if (grammar) return { type: "grammar", grammar };
  return schema ? { type: "json_object", schema: JSON.stringify(schema) } : undefined;
}

async function gather(chunks, begun, onToken) {
  let text = "";
  let tokens = 0;
  let usage;
  for await (const chunk of chunks) {
    const piece = chunk.choices?.[0]?.delta?.content ?? "";
    text += piece;
    usage = chunk.usage ?? usage;
    if (piece) onToken({ text: piece, tokens: ++tokens, seconds: seconds(begun) });
  }
  return { text, usage: { promptTokens: usage?.prompt_tokens ?? 0, completionTokens: usage?.completion_tokens ?? tokens, seconds: seconds(begun) } };
}

function seconds(begun) {
  return (Date.now() - begun) / 1000;
}
