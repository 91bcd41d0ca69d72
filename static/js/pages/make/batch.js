import { keyOf } from "../../client/parse/cards.js";
import { cardElement, fillCard, setUpFlipping } from "../lib/cards.js";
import { action, announce, cloneTemplate, part, setText, slot } from "../lib/dom.js";
import { pluralize, speed } from "../lib/format.js";
import { SaveForm } from "./save-form.js";

/**
 * The cards of one request on the page, from the first one written to the saved deck. Events on its
 * element, bubbling: `batch-changed`, `batch-saved`, `batch-gone`, `batch-next` (detail: the action
 * of its button), `draft-tool` (detail: the tool's name and the draft).
 */
export class Batch {
  #firstUsage = null;
  #usage = null;
  #estimate = new Estimate();
  #timeLeft = "";
  /** Which of several parts is being written, as the beginning of a sentence. */
  #partLabel = "";
  /** @type {Map<Draft, HTMLElement>} */
  #elements = new Map();

  /** @param {import("./save-form.js").BatchRecord} record */
  constructor(record) {
    this.record = record;
    this.element = cloneTemplate("batch-template");
    this.cards = slot(this.element, "cards");
    setUpFlipping(this.cards);
    setText(this.element, "title", record.request.topic);
    new SaveForm(this, (name) => this.#send(name));
    this.cards.addEventListener("click", (event) => this.#handleAction(event));
    action(this.element, "next").addEventListener("click", (event) =>
      this.#send("batch-next", event.target.dataset.next),
    );
    for (const draft of record.cards) this.#insert(draft);
    this.#showCount();
    this.show(record.state, record.words);
  }

  /** Whether there is anything here that is nowhere else. */
  get isUnsaved() {
    return this.record.cards.length > 0;
  }

  /**
   * The model begins to write, or goes on.
   * @param {import("./parts.js").Part} [currentPart] of several parts
   */
  begin(currentPart) {
    this.#estimate.begin();
    this.#firstUsage = this.#usage = null;
    this.#timeLeft = "";
    const { parts } = this.record;
    this.#partLabel =
      parts && parts.length > 1 && currentPart
        ? `Part ${parts.indexOf(currentPart) + 1} of ${parts.length} · `
        : "";
    this.#showCount();
  }

  /**
   * One more card, unless it is here already or was thrown away; one that is here without an id
   * gets the other's members. @param {Draft} draft
   * @returns {boolean} whether it is new
   */
  add(draft) {
    const existing = this.#findDuplicate(draft);
    if (existing && draft.id && !existing.id) this.change(existing, draft);
    if (existing || this.#isDropped(draft)) return false;
    this.record.cards.push(draft);
    this.#insert(draft).dataset.new = "";
    this.#timeLeft = this.#estimate.card(this.record.request.count - this.record.cards.length);
    this.#showCount();
    return true;
  }

  /** Another text in the place of a draft. @param {Draft} draft @param {object} fields */
  change(draft, fields) {
    Object.assign(draft, fields);
    showDraft(this.#elements.get(draft), draft);
    this.#send("batch-changed");
  }

  /** Throw a draft away. @param {Draft} draft @returns {() => void} brings it back */
  drop(draft) {
    const index = this.record.cards.indexOf(draft);
    const element = this.#elements.get(draft);
    const next = element.nextElementSibling;
    const name = draft.id ?? draft.front; // it may get its id before it is brought back
    this.record.cards.splice(index, 1);
    (this.record.dropped ??= []).push(name);
    element.remove();
    this.#handleChange();
    return () => {
      this.record.cards.splice(index, 0, draft);
      this.record.dropped = this.record.dropped.filter((droppedName) => droppedName !== name);
      this.cards.insertBefore(element, next?.isConnected ? next : this.#placeholder);
      this.#handleChange();
    };
  }

  /** @param {Draft} draft @param {boolean} isBusy */
  setBusy(draft, isBusy) {
    setBusy(this.#elements.get(draft), isBusy);
  }

  /** @param {import("./save-form.js").BatchRecord["state"]} state @param {string} text */
  show(state, text) {
    Object.assign(this.record, { state, words: text });
    this.element.dataset.state = state;
    const isWriting = state === "writing";
    setText(this.element, "status", text);
    slot(this.element, "progress").hidden = !isWriting;
    this.#placeholder.hidden = !isWriting;
    part(this.element, "save").hidden = isWriting || !this.record.cards.length;
    if (!isWriting) this.#timeLeft = "";
    this.#showMeter();
    this.#send("batch-changed");
  }

  /** @param {{tokens: number, seconds: number}} usage of this turn of the engine */
  updateMeter(usage) {
    if (
      !this.#firstUsage ||
      usage.tokens < this.#firstUsage.tokens ||
      usage.seconds < this.#firstUsage.seconds
    )
      this.#firstUsage = usage;
    this.#usage = usage;
    this.#showMeter();
  }

  #showMeter() {
    if (this.#usage)
      setText(
        this.element,
        "meter",
        [speed(this.#usage, this.#firstUsage), this.#timeLeft].filter(Boolean).join(" · "),
      );
  }

  /**
   * A sentence with a button for the next step.
   * @param {{text: string, tone?: string, action?: string, label?: string}} notice
   */
  notify({ text, tone = "", action: next, label }) {
    const notice = part(this.element, "notice");
    const button = action(notice, "next");
    slot(notice, "notice").textContent = text;
    button.textContent = label ?? "";
    button.dataset.next = next ?? "";
    button.hidden = !next;
    notice.dataset.tone = tone;
    notice.hidden = !text;
    if (text) announce(text);
  }

  get #placeholder() {
    return this.cards.querySelector("[data-part=card-placeholder]");
  }

  #findDuplicate(draft) {
    const key = keyOf(draft);
    return this.record.cards.find(
      (card) => (draft.id && card.id === draft.id) || keyOf(card) === key,
    );
  }

  #isDropped({ id, front }) {
    return [id, front].some((name) => name && (this.record.dropped ?? []).includes(name));
  }

  #insert(draft) {
    const element = draftElement(draft);
    this.#elements.set(draft, element);
    this.cards.insertBefore(element, this.#placeholder);
    return element;
  }

  #handleAction(event) {
    const button = event.target.closest("[data-action]");
    const tool = button?.closest("[data-part=card-actions]") && button.dataset.action;
    const draft =
      tool && this.record.cards.find((card) => this.#elements.get(card)?.contains(button));
    if (draft) this.#send("draft-tool", { tool, draft });
  }

  #handleChange() {
    this.#showCount();
    if (this.record.state !== "writing")
      this.show(this.record.state, pluralize(this.record.cards.length, "card"));
  }

  #showCount() {
    const { cards, request } = this.record;
    slot(this.element, "progress").value = Math.min(1, cards.length / request.count);
    if (this.record.state === "writing")
      setText(
        this.element,
        "status",
        `${this.#partLabel}${cards.length} of ${pluralize(request.count, "card")}`,
      );
    this.#send("batch-changed");
  }

  #send(name, detail) {
    this.element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

/**
 * A card that is not saved yet, as the server gave it or as it was edited here. `part` is the part
 * of its batch that it came of; `unsent` says that the server does not know it yet.
 * @typedef {{id?: string, front: string, back: string, kind?: string, sentence?: string, found?:
 *   boolean|null, part: number, unsent?: boolean, [member: string]: any}} Draft
 */

/**
 * The element of a draft: a card with its tools, and what its notes say of it.
 * @param {Draft} draft
 * @returns {HTMLElement}
 */
function draftElement(draft) {
  const element = cardElement(draft);
  slot(element, "flip").closest(".card-tools").append(cloneTemplate("card-actions-template"));
  element.append(cloneTemplate("source-match-template"));
  showDraft(element, draft);
  return element;
}

/** Show a draft in its element. @param {HTMLElement} element @param {Draft} draft */
function showDraft(element, draft) {
  fillCard(element, draft);
  for (const [name, label] of Object.entries(LABELS))
    action(element, name).setAttribute("aria-label", `${label}: ${draft.front}`);
  showSourceMatch(part(element, "source-match"), draft);
}

/**
 * A draft is being written anew: its tools rest.
 * @param {HTMLElement} element
 * @param {boolean} isBusy
 */
function setBusy(element, isBusy) {
  element.toggleAttribute("data-busy", isBusy);
  element.setAttribute("aria-busy", String(isBusy));
  for (const name of Object.keys(LABELS)) action(element, name).disabled = isBusy;
}

const LABELS = { edit: "Edit", regenerate: "Write another instead of", discard: "Throw away" };

function showSourceMatch(element, { found: isFound, sentence }) {
  element.hidden = isFound === undefined;
  element.dataset.found = String(isFound ?? "unknown");
  slot(element, "match-status").textContent = MATCH_LABELS.get(isFound ?? null);
  slot(element, "source-sentence").textContent = sentence ?? "";
  slot(element, "source-sentence").hidden = !sentence;
}

const MATCH_LABELS = new Map([
  [true, "Found in your notes"],
  [false, "Not found in your notes"],
  [null, "Could not be checked"],
]);

const MINUTE = 60;

/**
 * How long the rest will take, from the cards so far. It only speaks when a card came, so that it
 * never jumps about.
 */
export class Estimate {
  #startedAt = null;
  #cards = 0;
  #now;

  /** @param {() => number} [now] milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** The model begins, or goes on after a pause. */
  begin() {
    this.#startedAt = this.#now();
    this.#cards = 0;
  }

  /**
   * One more card came, and so many are still to come.
   * @param {number} left
   * @returns {string} words, or none yet
   */
  card(left) {
    if (this.#startedAt === null) return "";
    this.#cards += 1;
    return left > 0
      ? timeLeft((((this.#now() - this.#startedAt) / 1000) * left) / this.#cards)
      : "";
  }
}

/** @param {number} seconds @returns {string} */
export function timeLeft(seconds) {
  if (seconds < 0.75 * MINUTE) return "less than a minute left";
  if (seconds < 1.5 * MINUTE) return "about a minute left";
  if (seconds < 50 * MINUTE) return `about ${Math.round(seconds / MINUTE)} minutes left`;
  const hours = Math.round((2 * seconds) / (60 * MINUTE)) / 2;
  return hours <= 1 ? "about an hour left" : `about ${hours} hours left`;
}
