import { gettext } from "../../client/i18n.js";
import { action, announce, part, slot } from "../lib/dom.js";
import { integer } from "../lib/format.js";
import { compareAnswer, MAX_TOKENS, questionMessages } from "../notes/answers.js";
import { hasGaps } from "../text/cloze.js";

/** Milliseconds without a request after which the engine has nothing else to do. */
const IDLE_MS = 1000;

/**
 * Has the loaded model check the answers of cards that were found in the notes.
 *
 * The model answers one question at a time from the card's sentence, while the engine has nothing
 * else to do. A request for cards stops it, and it resumes later. Cards that it does not reach, or
 * at which the engine fails, keep their mark. Only models with `checksAnswers` are used.
 */
export class AnswerChecker {
  #panel;
  #batches;
  /** Stops the current question, if there is one. @type {AbortController|null} */
  #abort = null;
  /** The batch that is being checked. @type {Batch|null} */
  #current = null;
  /** Drafts at which the engine failed. They are not checked again until they change. */
  #failed = new WeakMap();
  /** Engines whose activity is observed. @type {WeakSet<EventTarget>} */
  #observed = new WeakSet();

  /**
   * @param {import("../engine/panel.js").EnginePanel} panel
   * @param {import("./batch-list.js").BatchList} batches
   * @param {HTMLElement} root of the batches
   */
  constructor(panel, batches, root) {
    this.#panel = panel;
    this.#batches = batches;
    panel.addEventListener("change", () => this.#update());
    for (const name of ["batch-changed", "batch-removed", "batch-restored", "batch-saved"])
      root.addEventListener(name, () => this.#update());
    root.addEventListener("click", (event) => this.#handleClick(event));
    addEventListener("pagehide", () => this.#abort?.abort());
    this.#update();
  }

  /** Start, continue or stop, depending on what the engine and the batches are doing. */
  #update() {
    const engine = this.#engine;
    if (!engine || !this.#isFree(engine)) this.#abort?.abort();
    else if (!this.#abort) this.#run(engine);
    else if (this.#current && !isWanted(this.#current)) this.#abort.abort();
    for (const batch of this.#batches.all) this.#showProgress(batch);
  }

  /** The loaded engine if its model may check answers, or null. */
  get #engine() {
    const { engine, model } = this.#panel;
    if (!engine || !model?.checksAnswers) return null;
    if (!this.#observed.has(engine)) {
      this.#observed.add(engine);
      engine.addEventListener("busy", () => this.#update());
      // A generation can consist of several requests with short pauses.
      engine.addEventListener("idle", () => setTimeout(() => this.#update(), IDLE_MS));
    }
    return engine;
  }

  /** Return whether an engine has nothing else to do. */
  #isFree(engine) {
    const isWriting = this.#batches.all.some(({ record }) => record.state === "writing");
    return !engine.isBusy && !isWriting;
  }

  async #run(engine) {
    const next = this.#next();
    if (!next) return;
    const abort = (this.#abort = new AbortController());
    this.#current = next.batch;
    try {
      await this.#check(engine, next, abort.signal);
    } catch (error) {
      this.#panel.handleEngineError(error);
      // The question is asked again if the model was unloaded in the meantime.
      if (this.#panel.engine === engine) this.#failed.set(next.draft, { ...next.draft });
    }
    this.#abort = this.#current = null;
    this.#finish(next.batch);
    this.#update();
  }

  /** Have the model answer the question of a draft, which the user may change in the meantime. */
  async #check(engine, { batch, draft }, signal) {
    const card = { ...draft };
    const written = await engine.generateInBackground(questionMessages(card), {
      maxTokens: MAX_TOKENS,
      temperature: 0,
      signal,
    });
    if (signal.aborted || !isSame(card, draft)) return;
    const check = compareAnswer(card, written);
    if (check) batch.setCheck(draft, check);
    else this.#failed.set(draft, card);
  }

  /** Announce to screen readers that the last answer of a batch is checked. */
  #finish(batch) {
    const { left, total } = this.#count(batch);
    if (!left.length && total) announce(gettext("The answers are checked."));
  }

  #next() {
    for (const batch of this.#batches.all) {
      const [draft] = isWanted(batch) ? this.#count(batch).left : [];
      if (draft) return { batch, draft };
    }
    return null;
  }

  /** Return the drafts of a batch that are not checked yet, and how many can be checked. */
  #count({ record }) {
    const checkable = record.cards.filter(isCheckable);
    const left = checkable.filter((draft) => !draft.check && !this.#hasFailed(draft));
    return { left, total: checkable.length };
  }

  #hasFailed(draft) {
    const card = this.#failed.get(draft);
    return Boolean(card) && isSame(card, draft);
  }

  #showProgress(batch) {
    const { left, total } = this.#count(batch);
    const { isCheckStopped } = batch.record;
    const isRunning = batch === this.#current;
    const line = part(batch.element, "answer-check");
    line.hidden = !left.length || !this.#engine || !(isRunning || isCheckStopped);
    if (line.hidden) return;
    const number = integer(total - left.length + Number(isRunning && !isCheckStopped));
    const numbers = { number, total: integer(total) };
    slot(line, "answer-check").textContent = isCheckStopped
      ? gettext("Checked answers: %(number)s of %(total)s", numbers)
      : gettext("Checking answers: %(number)s of %(total)s", numbers);
    action(line, "check-answers").textContent = isCheckStopped
      ? gettext("Continue checking")
      : gettext("Stop checking");
  }

  /** Stop checking a batch, or continue. */
  #handleClick({ target }) {
    if (!target.closest("[data-action=check-answers]")) return;
    const batch = this.#batches.batchOf(target.closest(".batch"));
    batch.record.isCheckStopped = !batch.record.isCheckStopped;
    batch.element.dispatchEvent(new CustomEvent("batch-changed", { bubbles: true }));
  }
}

/**
 * @typedef {import("./batch.js").Batch} Batch
 * @typedef {import("./batch.js").Draft} Draft
 */

/** Return whether the answers of a batch may be checked. @param {Batch} batch */
const isWanted = ({ element, record }) =>
  element.isConnected && element.dataset.state !== "saved" && !record.isCheckStopped;

/** Return whether a model can check the answer of a draft. @param {Draft} draft */
const isCheckable = ({ found: isFound, front, sentence }) =>
  isFound === true && Boolean(sentence) && !hasGaps(front);

const isSame = (card, draft) =>
  ["front", "back", "sentence"].every((name) => card[name] === draft[name]);
