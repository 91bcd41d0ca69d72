/**
 * A loaded engine, watched at its work: how fast it writes, and whether it writes at all.
 * Events: `work` and `rest`; `measured` (detail: {tokens, seconds} since its first token).
 */
export class WorkingEngine extends EventTarget {
  #engine;
  #running = 0;

  /** @param {import("../../engine/index.js").Engine} engine */
  constructor(engine) {
    super();
    this.#engine = engine;
  }

  get facts() {
    return this.#engine.facts;
  }

  /** @type {import("../../engine/index.js").Engine["generate"]} */
  async generate(messages, options = {}) {
    let [first, last] = [null, null];
    const onToken = (token) => {
      [first, last] = [first ?? token, token];
      options.onToken?.(token);
    };
    this.#begin();
    try {
      const answer = await this.#engine.generate(messages, { ...options, onToken });
      if (last) this.dispatchEvent(new CustomEvent("measured", { detail: { tokens: last.tokens - first.tokens, seconds: last.seconds - first.seconds } }));
      return answer;
    } finally {
      this.#end();
    }
  }

  unload() {
    return this.#engine.unload();
  }

  #begin() {
    if (++this.#running === 1) this.dispatchEvent(new Event("work"));
  }

  #end() {
    if (--this.#running === 0) this.dispatchEvent(new Event("rest"));
  }
}
