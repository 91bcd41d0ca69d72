import { renderInto, spokenText } from "../text.js";
import { fillGaps } from "../text/cloze.js";
import { kindOf } from "./card-kinds.js";
import { announce, cloneTemplate, slot } from "./dom.js";

/**
 * Let every card inside `root`, now and later, turn by its button or by a click on the card.
 * @param {Element} root
 */
export function setUpFlipping(root) {
  root.addEventListener("click", (event) => {
    if (!event.target.closest('[data-action="flip"]') || event.target.closest("a, details")) return;
    const isSelecting = !getSelection().isCollapsed && !event.target.closest("button");
    if (!isSelecting) flip(event.target.closest(".card"));
  });
}

/** Turn a card, and read out the side that is now up. @param {HTMLElement} card */
export function flip(card) {
  const side = card.dataset.side === "front" ? "back" : "front";
  showSide(card, side);
  announce(
    side === "back"
      ? `Answer: ${spokenAnswer(card)}`
      : `Question: ${spokenText(slot(card, "front"))}`,
  );
}

/** @param {HTMLElement} card @param {"front"|"back"} side */
export function showSide(card, side) {
  card.dataset.side = side;
  slot(card, "flip").textContent = side === "back" ? "Show question" : "Show answer";
}

function spokenAnswer(card) {
  const visible = ["filled", "back"]
    .map((name) => slot(card, name))
    .filter(({ hidden }) => !hidden);
  return visible.map(spokenText).join(" ");
}

/**
 * Show a card's two texts; a cloze is answered with its gaps filled, its back below.
 * @param {HTMLElement} element
 * @param {{front: string, back: string, kind?: string}} card
 */
export function fillCard(element, card) {
  const { hasGaps } = kindOf(card.kind);
  writeSide(slot(element, "front"), card.front, hasGaps ? "question" : undefined);
  writeSide(slot(element, "filled"), hasGaps ? card.front : "", "answer");
  writeSide(slot(element, "back"), visibleBack(card));
}

/** A new card element. @param {{front: string, back: string}} card @returns {HTMLElement} */
export function cardElement(card) {
  const element = cloneTemplate("card-template");
  fillCard(element, card);
  return element;
}

/** A text with more characters than this is set small. */
const LONG_TEXT = 140;

/**
 * Write one side of a card. Without a text its element is hidden.
 * @param {HTMLElement} element @param {string} text @param {"question"|"answer"} [cloze] with gaps
 *   for what clozes hide, or with them filled
 */
export function writeSide(element, text, cloze) {
  element.hidden = !text;
  element.toggleAttribute("data-long", text.length > LONG_TEXT);
  renderInto(element, text, { cloze });
}

/**
 * A card's back, unless it is a cloze's and says no more than the front with its gaps filled.
 * @param {{kind?: string, front: string, back: string}} card
 */
export function visibleBack({ kind, front, back }) {
  return kindOf(kind).hasGaps && back === fillGaps(front).text ? "" : back;
}
