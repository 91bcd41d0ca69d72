import { gettext, ngettext } from "../../client/i18n.js";
import { kindWithGaps } from "../lib/card-kinds.js";
import { cardElement, setUpFlipping } from "../lib/cards.js";
import { action, announce, cloneTemplate, part, slot, toast } from "../lib/dom.js";
import { chunks } from "../notes/chunks.js";
import { instantCards } from "../notes/instant-cards.js";
import { clozeParts } from "../text/cloze.js";
import { edit } from "./card-actions.js";
import { recordDiscarded } from "./fates.js";

/**
 * The instant cards of a batch: cards made of the notes by rule, which need no model.
 *
 * They are in a separate section until the user keeps them, a card of the model replaces them,
 * or the model fails or is too small for notes. Kept cards move to the cards of the batch.
 */
export class InstantCards {
  #batch;
  #section;
  #list;
  /** @type {Map<import("./batch.js").Draft, HTMLElement>} */
  #elements = new Map();

  /** @param {import("./batch.js").Batch} batch */
  constructor(batch) {
    this.#batch = batch;
    this.#section = part(batch.element, "instant");
    this.#list = slot(this.#section, "instant-cards");
    setUpFlipping(this.#list);
    this.#list.addEventListener("click", (event) => this.#handleAction(event));
    for (const [name, run] of [
      ["keep-all", () => this.#keepAll()],
      ["discard-all", () => this.#discardAll()],
    ])
      action(this.#section, name).addEventListener("click", run);
    slot(this.#section, "instant-title").id = `instant-${batch.record.key}`;
    this.#section.setAttribute("aria-labelledby", `instant-${batch.record.key}`);
    this.#show();
  }

  /** The cards that are neither kept nor discarded. @returns {import("./batch.js").Draft[]} */
  get cards() {
    return this.#batch.record.instant ?? [];
  }

  /** Make cards of the notes of the request. Requests without notes have none. */
  create() {
    const { source, count } = this.#batch.record.request;
    if (!source) return;
    const parts = chunks(source);
    this.#set(instantCards(source, count).map((card) => toDraft(card, parts)));
    const { length } = this.cards;
    if (length)
      announce(
        ngettext(
          "%(count)s instant card, made without a model.",
          "%(count)s instant cards, made without a model.",
          length,
        ),
      );
  }

  /**
   * Remove the cards of a sentence, because the model has written a card about it. Cards that the
   * user kept or edited stay.
   * @param {string|undefined} sentence
   */
  replace(sentence) {
    if (!sentence) return;
    const isCovered = (draft) => isSameText(draft.sentence, sentence);
    if (this.cards.some(isCovered)) this.#set(this.cards.filter((draft) => !isCovered(draft)));
    const isReplaced = (draft) => draft.byRule && !draft.isKept && isCovered(draft);
    for (const draft of this.#batch.record.cards.filter(isReplaced)) this.#batch.drop(draft);
  }

  /**
   * Move all cards to the cards of the batch, because no model has written any.
   * @param {{isKept?: boolean}} [fields] of each card
   */
  settle(fields = {}) {
    for (const draft of this.cards) this.#batch.add({ ...draft, ...fields });
    this.#set([]);
  }

  #handleAction({ target }) {
    const button = target.closest("[data-action]");
    const tool = button?.closest("[data-part=instant-actions]") && button.dataset.action;
    const draft = tool && this.cards.find((card) => this.#elements.get(card)?.contains(button));
    if (draft) this.#tools[tool](draft);
  }

  #tools = {
    keep: (draft) => this.#keep(draft),
    discard: (draft) => this.#discard(draft),
    edit: (draft) =>
      edit(
        {
          record: this.#batch.record,
          change: (_, fields) => this.#keep(draft, fields),
        },
        draft,
      ),
  };

  #keep(draft, fields = {}) {
    const index = this.cards.indexOf(draft);
    this.#set(this.cards.filter((card) => card !== draft));
    this.#batch.add({ ...draft, ...fields, isKept: true });
    announce(gettext("Kept: %(front)s", { front: questionOf(draft) }));
    this.#focusNear(index);
  }

  #keepAll() {
    const kept = this.cards;
    this.#set([]);
    for (const draft of kept) this.#batch.add({ ...draft, isKept: true });
    announce(ngettext("%(count)s card kept.", "%(count)s cards kept.", kept.length));
    this.#focusNear(0);
  }

  #discard(draft) {
    const before = this.cards;
    const index = before.indexOf(draft);
    this.#set(before.filter((card) => card !== draft));
    this.#offerUndo(gettext("Thrown away."), before);
    this.#focusNear(index);
  }

  #discardAll() {
    const before = this.cards;
    this.#set([]);
    this.#offerUndo(
      ngettext("%(count)s card discarded.", "%(count)s cards discarded.", before.length),
      before,
    );
    this.#focusNear(0);
  }

  #offerUndo(text, before) {
    const { record } = this.#batch;
    const discarded = before.filter((draft) => !this.cards.includes(draft));
    const uncount = recordDiscarded(record, discarded);
    this.#batch.update(); // the counts are stored with the batch
    const run = () => {
      const kept = record.cards.map(({ front }) => front);
      uncount(discarded.filter(({ front }) => !kept.includes(front)));
      this.#set(before.filter(({ front }) => !kept.includes(front)));
      toast(gettext("Taken back."));
    };
    toast(text, { label: gettext("Undo"), run });
  }

  /** Focus the card after one that was removed, or the batch after the last one. */
  #focusNear(index) {
    const element = this.#elements.get(this.cards[Math.min(index, this.cards.length - 1)]);
    const next = element ? action(element, "keep") : this.#batch.element;
    next.focus({ preventScroll: true });
  }

  #set(drafts) {
    this.#batch.record.instant = drafts;
    this.#show();
    this.#batch.update();
  }

  /** Show the cards, and reuse the elements of those that are already on the page. */
  #show() {
    this.#section.hidden = !this.cards.length;
    for (const draft of this.cards)
      if (!this.#elements.has(draft)) this.#elements.set(draft, instantElement(draft));
    this.#list.replaceChildren(...this.cards.map((draft) => this.#elements.get(draft)));
  }
}

/** Return the draft of an instant card, with the part of the notes that contains its sentence. */
function toDraft(card, parts) {
  const index = parts.findIndex((text) => text.includes(card.sentence));
  return { ...card, kind: kindWithGaps().name, byRule: true, part: Math.max(0, index) };
}

function instantElement(draft) {
  const element = cardElement(draft);
  delete element.dataset.card; // it is not a card of the batch until the user keeps it
  element.dataset.new = "";
  slot(element, "flip").closest(".card-tools").append(cloneTemplate("instant-actions-template"));
  const front = questionOf(draft);
  const labels = {
    keep: gettext("Keep: %(front)s", { front }),
    edit: gettext("Edit: %(front)s", { front }),
    discard: gettext("Throw away: %(front)s", { front }),
  };
  for (const [name, label] of Object.entries(labels))
    action(element, name).setAttribute("aria-label", label);
  element.append(cloneTemplate("source-match-template"));
  showRule(element, draft);
  return element;
}

/** Return the front of a card without the text that its gap hides. */
function questionOf({ front }) {
  return clozeParts(front, "question")
    .map(({ text }) => text)
    .join("");
}

/**
 * Show below a card whether it was made by rule.
 * @param {HTMLElement} element
 * @param {{byRule?: boolean}} draft
 */
export function showRule(element, { byRule: isByRule }) {
  slot(element, "by-rule").hidden = !isByRule;
  if (isByRule) part(element, "source-match").hidden = false;
}

/** Return whether one text contains the other, apart from line breaks and spaces. */
function isSameText(first, second) {
  const [shorter, longer] = [first, second]
    .map((text) => text.replace(/\s+/gu, " ").trim())
    .sort((a, b) => a.length - b.length);
  return Boolean(shorter) && longer.includes(shorter);
}
