import { Batches } from "./batch-list.js";
import { Writer } from "./generator.js";

const HIDDEN = {
  text: "While this tab is in the background the browser slows writing down. Keep it in front to be done sooner.",
};

/**
 * Where cards are written: the batches on the page, and the model at work on one of them at a time.
 */
export class Desk {
  #panel;
  #form;
  #batches;
  #writer;
  /** The batch that is being written here, if any. @type {import("./batch.js").Batch|null} */
  #current = null;

  /**
   * @param {{panel: import("../engine/panel.js").EnginePanel, form:
   *   import("./request-form.js").RequestForm, list: HTMLElement}} page
   */
  constructor({ panel, form, list }) {
    this.#panel = panel;
    this.#form = form;
    this.#batches = new Batches(list);
    this.#writer = new Writer(panel, (call) => this.#watch(call));
    list.addEventListener("batch-next", (event) =>
      this.#next[event.detail]?.(this.#batches.of(event.target)),
    );
    list.addEventListener("draft-tool", (event) => this.#useTool(event));
    addEventListener("beforeunload", (event) => this.#current && event.preventDefault());
    addEventListener("pagehide", () => this.#current && this.#writer.leave());
    document.addEventListener("visibilitychange", () =>
      this.#current?.notify(document.hidden ? HIDDEN : { text: "" }),
    );
  }

  /** @param {import("./request-form.js").CardRequest} request */
  generate(request) {
    return this.#write(this.#batches.begin(request));
  }

  /** Stop loading or writing; what is finished stays. */
  stop() {
    this.#writer.stop();
  }

  /** What the button of a batch's notice does. */
  #next = {
    again: (batch) =>
      this.#current || this.#write(this.#batches.begin(batch.record.request, batch)),
    refresh: (batch) =>
      this.#current ||
      this.#write(this.#batches.begin(batch.record.request, batch), { refresh: true }),
    rest: (batch) => this.#write(batch),
    more: (batch) => this.#write(reopened(batch)),
    load: () => this.#panel.load().catch(() => {}), // the panel shows what went wrong
    choose: () => this.#panel.choose(),
    "sign-in": () => open("/sign-in", "_blank"),
  };

  #write(batch, options) {
    batch.element.scrollIntoView({ block: "nearest", behavior: "smooth" });
    return this.#busy(batch, () => this.#writer.write(batch, options));
  }

  /** Have the model at work on a batch; one at a time. */
  async #busy(batch, work) {
    if (this.#current) return;
    this.#setCurrent(batch);
    await work().finally(() => this.#setCurrent(null));
  }

  #setCurrent(batch) {
    this.#current = batch;
    this.#form.setWriting(Boolean(batch));
  }

  /**
   * Cards that another tab or device of this session asked for, or this page before a reload;
   * without any, there is nothing to show.
   */
  async #watch(call) {
    const { topic, count } = call.options;
    const batch = this.#batches.knowing(call.generationId) ?? this.#batches.begin({ topic, count });
    if (batch === this.#current) return; // its rest is being written already
    await this.#writer.watch(batch, call);
    if (!batch.record.cards.length) this.#batches.remove(batch);
  }

  async #useTool({ target, detail: { tool, draft } }) {
    const batch = this.#batches.of(target);
    const tools = await import("./card-actions.js");
    if (tool !== "another") tools[tool](batch, draft);
    else
      await this.#busy(batch, () =>
        tools.another(batch, draft, (at) => this.#writer.another(batch, at)),
      );
  }
}

/** Parts that gave fewer cards than they should are asked once more. */
function reopened(batch) {
  for (const part of batch.record.parts) if (part.taken < part.count) part.state = "open";
  return batch;
}
