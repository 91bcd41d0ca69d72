import { filledText, renderInto } from "./text.js";

/** A text with more characters than this is set small. */
const LONG = 140;

/**
 * Write one side of a card. Without a text its element is hidden.
 * @param {HTMLElement} element @param {string} text @param {"question"|"answer"} [cloze] with gaps for what clozes hide, or with them filled
 */
export function writeSide(element, text, cloze) {
  element.hidden = !text;
  element.toggleAttribute("data-long", text.length > LONG);
  renderInto(element, text, { cloze });
}

/** A card's back, unless it is a cloze's and says no more than the front with its gaps filled. @param {{kind?: string, front: string, back: string}} card */
export function backToShow({ kind, front, back }) {
  return kind === "cloze" && back === filledText(front) ? "" : back;
}
