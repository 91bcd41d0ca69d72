/**
 * A parser for cards in prose: lines that start with Q: and A:, with or without numbers. Its
 * counterpart is flashcards/parsing/prose.py.
 */

import { WHITESPACE, trim } from "./folding.js";

const MARKS = "[ \\t>*#_(-]{0,12}";
const FRONT_LABEL = "q|question|front|term|prompt";
const BACK_LABEL = "a|answer|back|definition|response";
const AFTER_LABEL = "[ \\t]{0,4}(?:[0-9]{1,3}[*_)]{0,3}[ \\t]{0,4}[.:)]|[*_)]{0,3}[ \\t]{0,4}:)";
const LABEL = new RegExp(
  `^${MARKS}(?:[0-9]{1,3}[.)])?${MARKS}(?:(${FRONT_LABEL})|(${BACK_LABEL}))${AFTER_LABEL}`,
  "i",
);
const NUMBERED = new RegExp(`^${MARKS}[0-9]{1,3}[.)]`);
const INNER_ANSWER = new RegExp(`[ \\t|;][ \\t*_|;-]{0,8}(?:${BACK_LABEL})${AFTER_LABEL}`, "i");
const EDGES = `${WHITESPACE}*_|`;

/**
 * Reads a text line by line.
 *
 * A card ends at the next question, or at a blank or numbered line after its answer.
 */
export class ProseCards {
  #sides = {};
  #side = "";
  #previousLine = "";

  constructor(drafts) {
    this.drafts = drafts;
  }

  /** @param {string} text */
  read(text) {
    for (const line of text.split(/\r\n|\r|\n/u)) this.#readLine(line);
    this.#endCard();
  }

  #readLine(line) {
    const label = LABEL.exec(line);
    const rest = label ? line.slice(label[0].length) : trim(line);
    if (label?.[1]) this.#beginCard(rest);
    else if (label) this.#beginBack(rest);
    else if (rest) this.#continue(rest);
    else if (this.#side === "back") this.#endCard();
  }

  #beginCard(rest) {
    this.#endCard();
    this.#sides = { front: [rest] };
    this.#side = "front";
  }

  #beginBack(rest) {
    if (!this.#sides.front || this.#sides.back) {
      this.#endCard();
      if (!this.#previousLine) return;
      this.#sides = { front: [this.#previousLine] };
    }
    this.#sides.back = [rest];
    this.#side = "back";
    this.#previousLine = "";
  }

  #continue(line) {
    const numbered = NUMBERED.exec(line)?.[0].length ?? 0;
    if (numbered && this.#side === "back") this.#endCard();
    if (this.#side) this.#sides[this.#side].push(line);
    else this.#previousLine = numbered || line.endsWith("?") ? line.slice(numbered) : "";
  }

  #endCard() {
    let [front, back] = ["front", "back"].map((side) => (this.#sides[side] ?? []).join("\n"));
    const inner = front && !trim(back) ? INNER_ANSWER.exec(front) : null;
    if (inner)
      [front, back] = [front.slice(0, inner.index), front.slice(inner.index + inner[0].length)];
    if (front)
      this.drafts.add(
        new Map([
          ["front", trim(front, EDGES)],
          ["back", trim(back, EDGES)],
        ]),
      );
    this.#sides = {};
    this.#side = "";
  }
}
