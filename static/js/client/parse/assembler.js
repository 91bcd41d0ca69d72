/**
 * From the tokens of broken JSON to objects, and from objects to cards. Twin:
 * flashcards/parsing/assembler.py
 */

import { Word, nameOf, roleOf, textOf } from "./cards.js";

const DEPTH_KEPT = 12;
const CUT_OFF = "was cut off before it ended";

/** An object or a list that is open: what it holds so far, and what the next token means in it. */
class Frame {
  members = new Map();
  items = [];
  key = null;
  last = null; // a scalar that a colon may turn into a key
  hasValue = false;
  isBare = false;
  hasInner = false;
  hasContainer = false;
  namesSide = false;
  filled = new Map(); // name of a side that has text -> its role

  constructor(isList, parent) {
    this.isList = isList;
    this.parent = parent;
    this.insideCard = parent !== null && (parent.insideCard || parent.isFull);
    this.holdsCards =
      isList &&
      (parent === null || (parent.parent === null && !parent.isList && !parent.namesSide));
  }

  get isFull() {
    return new Set(this.filled.values()).size === 2;
  }

  /** A colon came after `key`. */
  name(key, isBare) {
    Object.assign(this, { key, isBare, hasValue: false, last: null });
    this.namesSide ||= roleOf(nameOf(key)) !== undefined;
  }

  /** A value came: an item, a member's value, or perhaps the next key. */
  put(value) {
    if (this.isList) this.items.push(value);
    else if (this.key !== null && !this.hasValue) this.#set(this.key, value);
    else {
      this.endMember();
      this.last = typeof value === "string" || value instanceof Word ? value : null;
    }
  }

  #set(key, value) {
    this.members.set(key, value);
    this.hasValue = true;
    const role = roleOf(nameOf(key));
    if (role && textOf(value)) this.filled.set(nameOf(key), role);
  }

  /** A comma came. */
  endMember() {
    Object.assign(this, { key: null, last: null, hasValue: false });
  }
}

/** Takes tokens, keeps the open objects and lists, and hands each card to `drafts` as it closes. */
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
   * What a string at this point would be: "list", "key", "value", or "bare" (a value whose key had
   * no quotes).
   */
  get place() {
    const top = this.#top;
    if (top.isList) return "list";
    if (top.key === null || top.hasValue) return "key";
    return top.isBare ? "bare" : "value";
  }

  open(isList) {
    const top = this.#top;
    // an object cannot be a key: the one before lacks its bracket
    if (top && !isList && top.members.size && this.place === "key") this.#closeTop(false);
    this.stack.push(new Frame(isList, this.#top));
    this.#open[isList ? "list" : "object"] += 1;
  }

  close(isList) {
    if (!this.#open[isList ? "list" : "object"]) return;
    while (this.#top.isList !== isList) this.#closeTop(false);
    this.#closeTop(false);
  }

  colon() {
    const top = this.#top;
    if (top.isList || top.last === null) return;
    const isBare = top.last instanceof Word;
    const key = isBare ? top.last.text : top.last;
    if (top.isFull && top.filled.has(nameOf(key))) {
      this.close(false); // a second front: the next card, without brackets between
      this.open(false);
    }
    this.#top.name(key, isBare);
  }

  comma() {
    this.#top.endMember();
  }

  scalar(value) {
    const top = this.#top;
    top.put(value);
    if (top.holdsCards && !(value instanceof Word))
      this.drafts.refuse("is only a text, without a front and a back");
  }

  /** The text ended: what is still open was cut off. */
  finish() {
    while (this.stack.length) this.#closeTop(true);
  }

  #closeTop(isCut) {
    const frame = this.stack.pop();
    this.#open[frame.isList ? "list" : "object"] -= 1;
    if (!frame.insideCard) {
      if (frame.isList) this.#judgeList(frame, isCut);
      else this.#judgeObject(frame, isCut);
    }
    if (this.stack.length && !isCut) this.#handUp(frame, this.#top);
  }

  #handUp(frame, parent) {
    parent.hasContainer = true;
    parent.hasInner ||= frame.hasInner;
    if (this.stack.length < DEPTH_KEPT) parent.put(frame.isList ? frame.items : frame.members);
  }

  #judgeObject(frame, isCut) {
    const isCard = frame.isFull || (frame.namesSide && !frame.hasInner);
    if (!isCard && !shouldBeCard(frame, isCut)) return;
    frame.hasInner = true;
    if (isCut && !frame.isFull) this.drafts.refuse(CUT_OFF);
    else this.drafts.add(frame.members);
  }

  #judgeList(frame, isCut) {
    const isPair = frame.parent?.isList && frame.parent.holdsCards;
    const { items } = frame;
    if (!isPair || frame.hasContainer || !items.length || isHeading(items)) return;
    frame.hasInner = true;
    if (isCut && items.length < 2) this.drafts.refuse(CUT_OFF);
    else if (items.length !== 2)
      this.drafts.refuse(`is a list of ${items.length}, not a pair of front and back`);
    else
      this.drafts.add(
        new Map([
          ["front", items[0]],
          ["back", items[1]],
        ]),
      );
  }
}

function shouldBeCard(frame, isCut) {
  if (frame.hasInner || frame.hasContainer) return false;
  if (frame.parent === null) return frame.members.size > 0;
  return frame.parent.holdsCards && (isCut || frame.members.size > 0);
}

function isHeading(items) {
  const [front, back] = items.map((item) =>
    roleOf(nameOf(item instanceof Word ? item.text : item)),
  );
  return items.length === 2 && front === "front" && back === "back";
}
