import { keyOf } from "../../client/parse/cards.js";
import { cardElement, fill, setUpFlipping } from "../lib/cards.js";
import { action, announce, fromMould, part, say, slot } from "../lib/dom.js";
import { counted, speed } from "../lib/format.js";
import { Saving } from "./save-form.js";

/**
 * The cards of one request on the page, from the first one written to the saved deck. Events on its
 * element, bubbling: `batch-changed`, `batch-saved`, `batch-gone`, `batch-next` (detail: the action
 * of its button), `draft-tool` (detail: the tool's name and the draft).
 */
export class Batch {
  #first = null;
  #spent = null;
  #estimate = new Estimate();
  #left = "";
  /** Which of several parts is being written, as the beginning of a sentence. */
  #where = "";
  /** @type {Map<Draft, HTMLElement>} */
  #elements = new Map();

  /** @param {import("./save-form.js").BatchRecord} record */
  constructor(record) {
    this.record = record;
    this.element = fromMould("batch-mould");
    this.cards = slot(this.element, "cards");
    setUpFlipping(this.cards);
    say(this.element, "title", record.request.topic);
    new Saving(this, (name) => this.#send(name));
    this.cards.addEventListener("click", (event) => this.#tool(event));
    action(this.element, "next").addEventListener("click", (event) =>
      this.#send("batch-next", event.target.dataset.next),
    );
    for (const draft of record.cards) this.#place(draft);
    this.#count();
    this.show(record.state, record.words);
  }

  /** Whether there is anything here that is nowhere else. */
  get isUnsaved() {
    return this.record.cards.length > 0;
  }

  /**
   * The model begins to write, or goes on.
   * @param {import("./parts.js").Part} [which] of several parts
   */
  begin(which) {
    this.#estimate.begin();
    this.#first = this.#spent = null;
    this.#left = "";
    const { parts } = this.record;
    this.#where =
      parts && parts.length > 1 && which
        ? `Part ${parts.indexOf(which) + 1} of ${parts.length} · `
        : "";
    this.#count();
  }

  /**
   * One more card, unless it is here already or was thrown away; one that is here without an id
   * gets the other's members. @param {Draft} draft
   * @returns {boolean} whether it is new
   */
  add(draft) {
    const known = this.#same(draft);
    if (known && draft.id && !known.id) this.change(known, draft);
    if (known || this.#isDropped(draft)) return false;
    this.record.cards.push(draft);
    this.#place(draft).dataset.new = "";
    this.#left = this.#estimate.card(this.record.request.count - this.record.cards.length);
    this.#count();
    return true;
  }

  /** Another text in the place of a draft. @param {Draft} draft @param {object} members */
  change(draft, members) {
    Object.assign(draft, members);
    showDraft(this.#elements.get(draft), draft);
    this.#send("batch-changed");
  }

  /** Throw a draft away. @param {Draft} draft @returns {() => void} brings it back */
  drop(draft) {
    const at = this.record.cards.indexOf(draft);
    const element = this.#elements.get(draft);
    const next = element.nextElementSibling;
    const name = draft.id ?? draft.front; // it may get its id before it is brought back
    this.record.cards.splice(at, 1);
    (this.record.dropped ??= []).push(name);
    element.remove();
    this.#changed();
    return () => {
      this.record.cards.splice(at, 0, draft);
      this.record.dropped = this.record.dropped.filter((one) => one !== name);
      this.cards.insertBefore(element, next?.isConnected ? next : this.#placeholder);
      this.#changed();
    };
  }

  /** @param {Draft} draft @param {boolean} isBusy */
  setBusy(draft, isBusy) {
    setBusy(this.#elements.get(draft), isBusy);
  }

  /** @param {import("./save-form.js").BatchRecord["state"]} state @param {string} words */
  show(state, words) {
    Object.assign(this.record, { state, words });
    this.element.dataset.state = state;
    const isWriting = state === "writing";
    say(this.element, "words", words);
    slot(this.element, "bar").hidden = !isWriting;
    this.#placeholder.hidden = !isWriting;
    part(this.element, "save").hidden = isWriting || !this.record.cards.length;
    if (!isWriting) this.#left = "";
    this.#sayMeter();
    this.#send("batch-changed");
  }

  /** @param {{tokens: number, seconds: number}} spent of this turn of the engine */
  meter(spent) {
    if (!this.#first || spent.tokens < this.#first.tokens || spent.seconds < this.#first.seconds)
      this.#first = spent;
    this.#spent = spent;
    this.#sayMeter();
  }

  #sayMeter() {
    if (this.#spent)
      say(
        this.element,
        "meter",
        [speed(this.#spent, this.#first), this.#left].filter(Boolean).join(" · "),
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
    return this.cards.querySelector("[data-part=next-card]");
  }

  #same(draft) {
    const key = keyOf(draft);
    return this.record.cards.find((one) => (draft.id && one.id === draft.id) || keyOf(one) === key);
  }

  #isDropped({ id, front }) {
    return [id, front].some((name) => name && (this.record.dropped ?? []).includes(name));
  }

  #place(draft) {
    const element = draftElement(draft);
    this.#elements.set(draft, element);
    this.cards.insertBefore(element, this.#placeholder);
    return element;
  }

  #tool(event) {
    const button = event.target.closest("[data-action]");
    const tool = button?.closest("[data-part=draft-tools]") && button.dataset.action;
    const draft =
      tool && this.record.cards.find((one) => this.#elements.get(one)?.contains(button));
    if (draft) this.#send("draft-tool", { tool, draft });
  }

  #changed() {
    this.#count();
    if (this.record.state !== "writing")
      this.show(this.record.state, counted(this.record.cards.length, "card"));
  }

  #count() {
    const { cards, request } = this.record;
    slot(this.element, "bar").value = Math.min(1, cards.length / request.count);
    if (this.record.state === "writing")
      say(
        this.element,
        "words",
        `${this.#where}${cards.length} of ${counted(request.count, "card")}`,
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
  slot(element, "flip").closest(".card-tools").append(fromMould("draft-tools-mould"));
  element.append(fromMould("ground-mould"));
  showDraft(element, draft);
  return element;
}

/** Show a draft in its element. @param {HTMLElement} element @param {Draft} draft */
function showDraft(element, draft) {
  fill(element, draft);
  for (const [name, words] of Object.entries(LABELS))
    action(element, name).setAttribute("aria-label", `${words}: ${draft.front}`);
  showGround(part(element, "ground"), draft);
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

const LABELS = { edit: "Edit", another: "Write another instead of", drop: "Throw away" };

function showGround(ground, { found, sentence }) {
  ground.hidden = found === undefined;
  ground.dataset.found = String(found ?? "unknown");
  slot(ground, "found").textContent = FOUND.get(found ?? null);
  slot(ground, "sentence").textContent = sentence ?? "";
  slot(ground, "sentence").hidden = !sentence;
}

const FOUND = new Map([
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
  #began = null;
  #cards = 0;
  #now;

  /** @param {() => number} [now] milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** The model begins, or goes on after a pause. */
  begin() {
    this.#began = this.#now();
    this.#cards = 0;
  }

  /**
   * One more card came, and so many are still to come.
   * @param {number} left
   * @returns {string} words, or none yet
   */
  card(left) {
    if (this.#began === null) return "";
    this.#cards += 1;
    return left > 0 ? timeLeft((((this.#now() - this.#began) / 1000) * left) / this.#cards) : "";
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
