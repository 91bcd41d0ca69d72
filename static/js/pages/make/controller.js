import { gettext } from "../../client/i18n.js";
import { BatchList } from "./batch-list.js";
import { DraftList } from "./draft-list.js";
import { DraftSync } from "./draft-sync.js";
import { BatchGenerator } from "./generator.js";

const TAB_HIDDEN = {
  text: gettext(
    "While this tab is in the background the browser slows writing down. Keep it in front to be done sooner.",
  ),
};

/**
 * The controller of the page that generates cards: its batches and the generator.
 *
 * One batch is generated at a time.
 */
export class GeneratePage {
  #panel;
  #form;
  #batches;
  #generator;
  #drafts;
  #hasChecker = false;
  /**
   * The batch that is being generated on this page, if any.
   * @type {import("./batch.js").Batch|null}
   */
  #current = null;

  /**
   * @param {{panel: import("../engine/panel.js").EnginePanel, form:
   *   import("./request-form.js").RequestForm, list: HTMLElement}} page
   */
  constructor({ panel, form, list }) {
    this.#panel = panel;
    this.#form = form;
    this.#batches = new BatchList(list);
    this.#drafts = new DraftSync(this.#batches, list);
    this.#showDrafts();
    this.#generator = new BatchGenerator(panel, (call) => this.#showRemoteCall(call));
    panel.addEventListener("change", () => this.#startChecker(list));
    this.#startChecker(list);
    list.addEventListener("batch-next", (event) =>
      this.#noticeActions[event.detail]?.(this.#batches.batchOf(event.target)),
    );
    list.addEventListener("draft-tool", (event) => this.#runCardAction(event));
    addEventListener("beforeunload", (event) => this.#current && event.preventDefault());
    addEventListener("pagehide", () => this.#current && this.#generator.cancelOnUnload());
    document.addEventListener("visibilitychange", () =>
      this.#current?.notify(document.hidden ? TAB_HIDDEN : { text: "" }),
    );
  }

  /** Start checking answers as soon as a model is loaded that may do so. */
  async #startChecker(list) {
    if (this.#hasChecker || !this.#panel.engine || !this.#panel.model?.checksAnswers) return;
    this.#hasChecker = true;
    try {
      const { AnswerChecker } = await import("./answer-checker.js");
      new AnswerChecker(this.#panel, this.#batches, list);
    } catch {
      this.#hasChecker = false; // the next change of the panel tries it again
    }
  }

  /** List the user's unsaved cards that are not on this page. */
  async #showDrafts() {
    const list = new DraftList(document.getElementById("drafts"), async (id) => {
      const batch = await this.#drafts.open(id);
      batch?.element.scrollIntoView({ block: "nearest" });
      batch?.element.focus({ preventScroll: true });
    });
    await this.#drafts.start().then(
      (drafts) => list.show(drafts),
      () => {}, // the server cannot be reached; what is in this tab is shown
    );
  }

  /** @param {import("./request-form.js").CardRequest} request */
  generate(request) {
    const batch = this.#batches.create(request);
    batch.instant.create();
    return this.#generate(batch, { allowsRule: true });
  }

  /** Stop loading or generating. Finished cards are kept. */
  stop() {
    this.#generator.stop();
  }

  /** The actions of the button in a batch's notice. */
  #noticeActions = {
    again: (batch) =>
      this.#current || this.#generate(this.#batches.create(batch.record.request, batch)),
    refresh: (batch) =>
      this.#current ||
      this.#generate(this.#batches.create(batch.record.request, batch), { refresh: true }),
    rest: (batch) => this.#generate(batch),
    more: (batch) => this.#generate(reopenParts(batch)),
    load: () => this.#panel.load().catch(() => {}), // the panel shows the error
    choose: () => this.#panel.choose(),
    "sign-in": () => open("/sign-in", "_blank"),
  };

  #generate(batch, options) {
    // Scrolling needs a layout, so the request is sent first.
    requestAnimationFrame(() =>
      batch.element.scrollIntoView({ block: "nearest", behavior: "smooth" }),
    );
    return this.#runExclusive(batch, () => this.#generator.generate(batch, options));
  }

  /** Run a generation task for a batch unless another one is running. */
  async #runExclusive(batch, task) {
    if (this.#current) return;
    this.#setCurrent(batch);
    await task().finally(() => this.#setCurrent(null));
  }

  #setCurrent(batch) {
    this.#current = batch;
    this.#form.setWriting(Boolean(batch));
  }

  /**
   * Show a call of another tab or device of this session, or of this page before a reload.
   *
   * Remove its batch if it has no cards.
   */
  async #showRemoteCall(call) {
    const { topic, count } = call.options;
    const batch =
      this.#batches.findByGeneration(call.generationId) ??
      this.#batches.create({ topic, count }, null, true);
    if (batch === this.#current) return; // the remaining cards are already being generated here
    await this.#generator.watch(batch, call);
    if (!batch.record.cards.length) this.#batches.remove(batch);
  }

  async #runCardAction({ target, detail: { tool, draft } }) {
    const batch = this.#batches.batchOf(target);
    const tools = await import("./card-actions.js");
    if (tool !== "regenerate") tools[tool](batch, draft);
    else
      await this.#runExclusive(batch, () =>
        tools.regenerate(batch, draft, (index) => this.#generator.another(batch, index)),
      );
  }
}

/** Reopen the parts that returned fewer cards than requested, so that they are requested again. */
function reopenParts(batch) {
  for (const part of batch.record.parts) if (part.received < part.requested) part.state = "open";
  return batch;
}
