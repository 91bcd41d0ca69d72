import { EngineSeat } from "./engine-lock.js";

/**
 * The engine of this tab, from the seat that it needs to its end.
 *
 * Events: `work` and `rest`; `measured` (detail: {tokens, seconds}); `mending`, when a lost one is
 * about to be loaded again; `lost` (detail: the error), when it is not; `given`, when another tab
 * took the seat; `other`, when what another tab does has changed.
 */
export class EngineLife extends EventTarget {
  /** @type {WorkingEngine|null} */
  engine = null;
  /** Whether what was being written goes on: with the model loaded again, or in another tab. */
  isHandedOn = false;
  #seat;
  #abort = new AbortController();
  #wasMended = false;

  /** @param {string} user */
  constructor(user) {
    super();
    this.#seat = new EngineSeat(user);
    this.#seat.addEventListener("other", () => this.#say("other"));
    this.#seat.addEventListener("wanted", () => this.#give());
    this.#seat.addEventListener("robbed", () => this.#give());
  }

  /** What the tab that has the engine does, or null. */
  get other() {
    return this.#seat.other;
  }

  look() {
    return this.#seat.look();
  }

  /** @param {import("./engine-lock.js").Told} told */
  tell(told) {
    this.#seat.tell(told);
  }

  /** Have the seat; the tab that has it leaves. */
  takeOver() {
    return this.#seat.takeOver();
  }

  /**
   * @param {import("./models.js").CatalogueModel} model @param {{onStart: () => void, onProgress:
   *   (progress: any) => void}} told
   * @returns {Promise<WorkingEngine|null>} null: another tab has the engine
   * @throws {import("../../engine/index.js").EngineError}
   */
  async load(model, { onStart, onProgress }) {
    if (!(await this.#seat.take())) return null;
    this.#abort = new AbortController();
    onStart();
    const { createEngine } = await import("../../engine/index.js");
    const engine = createEngine(model);
    try {
      await engine.load({
        onProgress,
        onLost: (error) => this.lose(error),
        signal: this.#abort.signal,
      });
    } catch (error) {
      this.#seat.leave();
      throw error;
    }
    return this.#take(new WorkingEngine(engine));
  }

  /** Stop loading. */
  cancel() {
    this.#abort.abort();
  }

  /** Unload, and let other tabs load. */
  async drop() {
    await this.#unload();
    this.#seat.leave();
  }

  /**
   * It broke. A lost graphics card is given one more chance, until the model has written again.
   * @param {Error & {code?: string}} error
   */
  async lose(error) {
    if (!this.engine) return; // told twice: by the engine itself, and by whoever asked it
    this.isHandedOn = error.code === "device_lost" && !this.#wasMended;
    this.#wasMended = true;
    await this.#unload();
    if (this.isHandedOn) return this.#say("mending");
    this.#seat.leave();
    this.#say("lost", error);
  }

  #take(engine) {
    this.engine = engine;
    this.isHandedOn = false;
    engine.addEventListener("work", () => this.#say("work"));
    engine.addEventListener("rest", () => this.#say("rest"));
    engine.addEventListener("measured", ({ detail }) => {
      this.#wasMended = false;
      this.#say("measured", detail);
    });
    return engine;
  }

  /** Another tab writes from now on. */
  async #give() {
    this.isHandedOn = true;
    await this.drop();
    this.#say("given");
  }

  /**
   * Ends with a task of its own, in which the server has been told that what was being written
   * failed here.
   */
  async #unload() {
    this.cancel();
    const { engine } = this;
    this.engine = null;
    await engine?.unload().catch(() => {}); // it may be broken already
    await new Promise((resolve) => setTimeout(resolve));
  }

  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/**
 * A loaded engine, watched at its work: how fast it writes, and whether it writes at all.
 * Events: `work` and `rest`; `measured` (detail: {tokens, seconds} since its first token).
 */
class WorkingEngine extends EventTarget {
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
      if (last)
        this.dispatchEvent(
          new CustomEvent("measured", {
            detail: { tokens: last.tokens - first.tokens, seconds: last.seconds - first.seconds },
          }),
        );
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
