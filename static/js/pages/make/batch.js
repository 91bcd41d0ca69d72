import { gettext, ngettext } from "../../client/i18n.js";
import { keyOf } from "../../client/parse/repeats.js";
import { cardElement, fillCard, setUpFlipping } from "../lib/cards.js";
import { action, announce, cloneTemplate, part, setText, slot } from "../lib/dom.js";
import { integer } from "../lib/format.js";
import { recordRegenerated } from "./fates.js";
import { InstantCards, showRule } from "./instant.js";
import { Meter } from "./meter.js";
import { writtenCount } from "./parts.js";
import { SaveForm } from "./save-form.js";
import { showSourceMark } from "./source-mark.js";

/**
 * The cards of one request on the page, from the first generated card to the saved deck.
 *
 * Its element dispatches these bubbling events: `batch-changed`, `batch-saved`, `batch-gone`,
 * `batch-next` (detail: the action of its button), `draft-tool` (detail: the name of the tool and
 * the draft).
 */
export class Batch {
  #meter;
  /** The part that is being generated, in front of the card count; "" for a single part. */
  #partLabel = "";
  /** @type {Map<Draft, HTMLElement>} */
  #elements = new Map();

  /** @param {import("./save-form.js").BatchRecord} record */
  constructor(record) {
    this.record = record;
    this.#meter = new Meter(record.usage);
    this.element = cloneTemplate("batch-template");
    this.cards = slot(this.element, "cards");
    setUpFlipping(this.cards);
    setText(this.element, "title", record.request.topic);
    new SaveForm(this, (name) => this.#send(name));
    this.cards.addEventListener("click", (event) => this.#handleAction(event));
    action(this.element, "next").addEventListener("click", (event) =>
      this.#send("batch-next", event.target.dataset.next),
    );
    action(this.element, "choose").addEventListener("click", () =>
      this.#send("batch-next", "choose"),
    );
    action(this.element, "remove").addEventListener("click", () => this.#send("batch-gone"));
    for (const draft of record.cards) this.#insert(draft);
    this.instant = new InstantCards(this);
    this.#showCount();
    this.show(record.state, record.words);
  }

  /** True if the batch has cards, which exist only on this page until it is saved. */
  get isUnsaved() {
    return this.record.cards.length > 0 || this.instant.cards.length > 0;
  }

  /**
   * Update the status when the model starts or resumes.
   * @param {import("./parts.js").Part} [currentPart] one of several parts
   */
  begin(currentPart) {
    this.#meter.begin();
    const { parts } = this.record;
    this.#partLabel =
      parts && parts.length > 1 && currentPart
        ? gettext("Part %(number)s of %(total)s", {
            number: integer(parts.indexOf(currentPart) + 1),
            total: integer(parts.length),
          })
        : "";
    this.#showCount();
  }

  /**
   * Add a card unless it is already here or was discarded.
   *
   * If only the new card has an ID, the existing one gets its fields.
   * @param {Draft} draft
   * @returns {boolean} whether the card was added
   */
  add(draft) {
    const existing = this.#findDuplicate(draft);
    if (existing && draft.id && !existing.id) this.change(existing, draft);
    if (existing || this.#isDropped(draft)) return false;
    this.record.cards.push(draft);
    this.#insert(draft).dataset.new = "";
    if (!draft.byRule) this.#handleWritten(draft);
    this.update();
    return true;
  }

  /**
   * Change the fields of a draft. Its answer must then be checked again.
   * @param {Draft} draft
   * @param {{[name: string]: any}} fields
   */
  change(draft, fields) {
    if (isAnswerChange(draft, fields)) draft.check = undefined;
    Object.assign(draft, fields);
    if (draft.byRule) draft.isKept = true;
    else this.instant.replace(fields.sentence);
    showDraft(this.#elements.get(draft), draft);
    this.#send("batch-changed");
  }

  /**
   * Replace a draft with another card. The card of the draft is not added again.
   * @param {Draft} draft
   * @param {object} fields of the other card
   */
  replace(draft, fields) {
    if (draft.id) (this.record.dropped ??= []).push(draft.id);
    recordRegenerated(this.record, draft);
    this.change(draft, fields);
  }

  /**
   * Discard a draft.
   * @param {Draft} draft
   * @returns {() => void} restores the draft
   */
  drop(draft) {
    const index = this.record.cards.indexOf(draft);
    const element = this.#elements.get(draft);
    const next = element.nextElementSibling;
    const name = draft.id ?? draft.front; // the draft may receive its ID before it is restored
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

  /**
   * Set the result of checking a draft's answer.
   * @param {Draft} draft
   * @param {import("../notes/answers.js").AnswerCheck} check
   */
  setCheck(draft, check) {
    draft.check = check;
    showSourceMark(part(this.#elements.get(draft), "source-match"), draft);
    this.#send("batch-changed");
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
    action(this.element, "remove").hidden = isWriting || this.record.cards.length > 0;
    this.record.usage = this.#meter.total;
    this.#showMeter();
    this.#send("batch-changed");
  }

  /**
   * @param {{tokens: number, seconds: number, generationId?: string}} usage of the engine's current
   *   run
   */
  updateMeter(usage) {
    this.#meter.update(usage);
    this.#showMeter();
  }

  #showMeter() {
    setText(this.element, "meter", this.#meter.text(this.record.state === "writing"));
  }

  /**
   * Show a message with a button for the next step, and a button that chooses another model if
   * `canChoose` is true.
   * @param {{text: string, tone?: string, action?: string, label?: string, canChoose?: boolean}}
   *   notice
   */
  notify({ text, tone = "", action: next, label, canChoose = false }) {
    const notice = part(this.element, "notice");
    const button = action(notice, "next");
    slot(notice, "notice").textContent = text;
    button.textContent = label ?? "";
    button.dataset.next = next ?? "";
    button.hidden = !next;
    action(notice, "choose").hidden = !canChoose;
    notice.dataset.tone = tone;
    notice.hidden = !text;
    if (text) announce(text);
  }

  /** Show the number of cards and the save form after the cards have changed. */
  update() {
    if (this.record.state === "writing") return this.#showCount();
    this.#handleChange();
  }

  /** Update the estimate, and remove the instant card that a card of the model replaces. */
  #handleWritten(draft) {
    this.#meter.countCard(this.record.request.count - writtenCount(this.record));
    this.instant.replace(draft.sentence);
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
      this.show(
        this.record.state,
        ngettext("%(count)s card", "%(count)s cards", this.record.cards.length),
      );
  }

  #showCount() {
    const { request } = this.record;
    slot(this.element, "progress").value = Math.min(1, writtenCount(this.record) / request.count);
    if (this.record.state === "writing")
      setText(
        this.element,
        "status",
        [this.#partLabel, countText(this)].filter(Boolean).join(" · "),
      );
    this.#send("batch-changed");
  }

  #send(name, detail) {
    this.element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

/** Return the number of cards of a batch and how many were requested. @param {Batch} batch */
export function countText({ record }) {
  const { count } = record.request;
  return ngettext("%(number)s of %(count)s card", "%(number)s of %(count)s cards", count, {
    number: integer(writtenCount(record)),
  });
}

/**
 * A card that is not saved yet, from the server or edited on this page. `part` is the index of the
 * part of the batch that it belongs to. `unsent` is true while the server does not have the card.
 * `byRule` is true if the card was made of the notes without a model, and `isKept` if no card of a
 * model replaces it: the user kept or edited it, or the model is too small for notes. `check` is
 * the result of checking its answer, and `isEdited` is true if the user changed a side.
 * @typedef {{id?: string, front: string, back: string, kind?: string, sentence?: string, found?:
 *   boolean|null, check?: import("../notes/answers.js").AnswerCheck, part: number, unsent?:
 *   boolean, [member: string]: any}} Draft
 */

/** Return whether fields change what the check of an answer depends on. */
function isAnswerChange(draft, fields) {
  return ["front", "back", "sentence"].some(
    (name) => name in fields && fields[name] !== draft[name],
  );
}

/**
 * Create the element of a draft: the card with its tools and its match in the notes.
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

/**
 * Show a draft in its element.
 * @param {HTMLElement} element
 * @param {Draft} draft
 */
function showDraft(element, draft) {
  fillCard(element, draft);
  for (const [name, label] of Object.entries(LABELS))
    action(element, name).setAttribute("aria-label", label(draft));
  showSourceMark(part(element, "source-match"), draft);
  showRule(element, draft);
}

/**
 * Mark a draft as busy and disable its tools while it is being regenerated.
 * @param {HTMLElement} element
 * @param {boolean} isBusy
 */
function setBusy(element, isBusy) {
  element.toggleAttribute("data-busy", isBusy);
  element.setAttribute("aria-busy", String(isBusy));
  for (const name of Object.keys(LABELS)) action(element, name).disabled = isBusy;
}

const LABELS = {
  edit: ({ front }) => gettext("Edit: %(front)s", { front }),
  regenerate: ({ front }) => gettext("Write another instead of: %(front)s", { front }),
  discard: ({ front }) => gettext("Throw away: %(front)s", { front }),
};
