/**
 * The parser's second step, which turns the tokens of broken JSON into objects and these into
 * cards. Its counterpart is flashcards/parsing/assembler.py.
 */

import { gettext } from "../i18n.js";
import { BareWord, normalizedName, roleOf, textOf } from "./cards.js";

const MAX_DEPTH = 12;
const CUT_OFF = gettext("was cut off before it ended");

/** An open object or list, with its contents so far and the meaning of the next token. */
class OpenContainer {
  fields = new Map();
  items = [];
  key = null;
  lastScalar = null; // a scalar that a colon may turn into a key
  hasValue = false;
  isBare = false;
  hasInnerCard = false;
  hasContainer = false;
  hasSideName = false;
  filledSides = new Map(); // name of a side that has text -> its role

  constructor(isList, parent) {
    this.isList = isList;
    this.parent = parent;
    this.isInsideCard = parent !== null && (parent.isInsideCard || parent.isCompleteCard);
    this.holdsCards =
      isList &&
      (parent === null || (parent.parent === null && !parent.isList && !parent.hasSideName));
  }

  get isCompleteCard() {
    return new Set(this.filledSides.values()).size === 2;
  }

  /** Start the field `key`, after its colon. */
  setKey(key, isBare) {
    Object.assign(this, { key, isBare, hasValue: false, lastScalar: null });
    this.hasSideName ||= roleOf(normalizedName(key)) !== undefined;
  }

  /** Add a value: an item of a list, the value of a field, or a possible next key. */
  addValue(value) {
    if (this.isList) this.items.push(value);
    else if (this.key !== null && !this.hasValue) this.#set(this.key, value);
    else {
      this.endField();
      this.lastScalar = typeof value === "string" || value instanceof BareWord ? value : null;
    }
  }

  #set(key, value) {
    this.fields.set(key, value);
    this.hasValue = true;
    const role = roleOf(normalizedName(key));
    if (role && textOf(value)) this.filledSides.set(normalizedName(key), role);
  }

  /** End the current field, at a comma or at the next key. */
  endField() {
    Object.assign(this, { key: null, lastScalar: null, hasValue: false });
  }
}

/** Builds objects and lists from tokens, and passes each card to `drafts` when it is closed. */
export class Assembler {
  stack = [];
  #open = { list: 0, object: 0 };

  constructor(drafts) {
    this.drafts = drafts;
  }

  get #top() {
    return this.stack.at(-1) ?? null;
  }

  /**
   * The role of a string at this position: "list", "key", "value", or "bare" (a value whose key has
   * no quotes).
   */
  get context() {
    const top = this.#top;
    if (top.isList) return "list";
    if (top.key === null || top.hasValue) return "key";
    return top.isBare ? "bare" : "value";
  }

  open(isList) {
    const top = this.#top;
    // An object cannot be a key, so the closing bracket of the previous object is missing.
    if (top && !isList && top.fields.size && this.context === "key") this.#closeTop(false);
    this.stack.push(new OpenContainer(isList, this.#top));
    this.#open[isList ? "list" : "object"] += 1;
  }

  close(isList) {
    if (!this.#open[isList ? "list" : "object"]) return;
    while (this.#top.isList !== isList) this.#closeTop(false);
    this.#closeTop(false);
  }

  colon() {
    const top = this.#top;
    if (top.isList || top.lastScalar === null) return;
    const isBare = top.lastScalar instanceof BareWord;
    const key = isBare ? top.lastScalar.text : top.lastScalar;
    if (top.isCompleteCard && top.filledSides.has(normalizedName(key))) {
      this.close(false); // a repeated side starts the next card, without brackets in between
      this.open(false);
    }
    this.#top.setKey(key, isBare);
  }

  comma() {
    this.#top.endField();
  }

  scalar(value) {
    const top = this.#top;
    top.addValue(value);
    if (top.holdsCards && !(value instanceof BareWord))
      this.drafts.reject(gettext("is only a text, without a front and a back"));
  }

  /** Close everything that is still open, and treat it as cut off. */
  finish() {
    while (this.stack.length) this.#closeTop(true);
  }

  #closeTop(isCut) {
    const container = this.stack.pop();
    this.#open[container.isList ? "list" : "object"] -= 1;
    if (!container.isInsideCard) {
      if (container.isList) this.#checkList(container, isCut);
      else this.#checkObject(container, isCut);
    }
    if (this.stack.length && !isCut) this.#addToParent(container, this.#top);
  }

  #addToParent(container, parent) {
    parent.hasContainer = true;
    parent.hasInnerCard ||= container.hasInnerCard;
    if (this.stack.length < MAX_DEPTH)
      parent.addValue(container.isList ? container.items : container.fields);
  }

  #checkObject(container, isCut) {
    const isCard = container.isCompleteCard || (container.hasSideName && !container.hasInnerCard);
    if (!isCard && !shouldBeCard(container, isCut)) return;
    container.hasInnerCard = true;
    if (isCut && !container.isCompleteCard) this.drafts.reject(CUT_OFF);
    else this.drafts.add(container.fields);
  }

  #checkList(container, isCut) {
    const isPair = container.parent?.isList && container.parent.holdsCards;
    const { items } = container;
    if (!isPair || container.hasContainer || !items.length || isHeader(items)) return;
    container.hasInnerCard = true;
    if (isCut && items.length < 2) this.drafts.reject(CUT_OFF);
    else if (items.length !== 2)
      this.drafts.reject(
        gettext("is a list of %(count)s, not a pair of front and back", { count: items.length }),
      );
    else
      this.drafts.add(
        new Map([
          ["front", items[0]],
          ["back", items[1]],
        ]),
      );
  }
}

function shouldBeCard(container, isCut) {
  if (container.hasInnerCard || container.hasContainer) return false;
  if (container.parent === null) return container.fields.size > 0;
  return container.parent.holdsCards && (isCut || container.fields.size > 0);
}

function isHeader(items) {
  const [front, back] = items.map((item) =>
    roleOf(normalizedName(item instanceof BareWord ? item.text : item)),
  );
  return items.length === 2 && front === "front" && back === "back";
}
