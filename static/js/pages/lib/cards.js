import { gettext } from "../../client/i18n.js";
import { renderInto, spokenText } from "../text.js";
import { fillGaps } from "../text/cloze.js";
import { kindOf } from "./card-kinds.js";
import { announce, cloneTemplate, slot } from "./dom.js";

/**
 * Flip a card inside `root` when its button or the card itself is clicked.
 *
 * This includes cards that are added later.
 * @param {Element} root
 */
export function setUpFlipping(root) {
  root.addEventListener("click", (event) => {
    if (!event.target.closest('[data-action="flip"]') || event.target.closest("a, details")) return;
    const isSelecting = !getSelection().isCollapsed && !event.target.closest("button");
    if (!isSelecting) flip(event.target.closest(".card"));
  });
}

/** Flip a card and announce the side that is now visible. @param {HTMLElement} card */
export function flip(card) {
  const side = card.dataset.side === "front" ? "back" : "front";
  showSide(card, side);
  announce(
    side === "back"
      ? gettext("Answer: %(text)s", { text: spokenAnswer(card) })
      : gettext("Question: %(text)s", { text: spokenText(slot(card, "front")) }),
  );
}

/** @param {HTMLElement} card @param {"front"|"back"} side */
export function showSide(card, side) {
  card.dataset.side = side;
  slot(card, "flip").textContent =
    side === "back" ? gettext("Show question") : gettext("Show answer");
}

function spokenAnswer(card) {
  const visible = ["filled", "back"]
    .map((name) => slot(card, name))
    .filter(({ hidden }) => !hidden);
  return visible.map(spokenText).join(" ");
}

/**
 * Show the texts of a card.
 *
 * The answer of a cloze is its front with the gaps filled, followed by its back.
 * @param {HTMLElement} element
 * @param {{front: string, back: string, kind?: string}} card
 */
export function fillCard(element, card) {
  const { hasGaps } = kindOf(card.kind);
  writeSide(slot(element, "front"), card.front, hasGaps ? "question" : undefined);
  writeSide(slot(element, "filled"), hasGaps ? card.front : "", "answer");
  writeSide(slot(element, "back"), visibleBack(card));
}

/**
 * Create a card element.
 * @param {{front: string, back: string}} card
 * @returns {HTMLElement}
 */
export function cardElement(card) {
  const element = cloneTemplate("card-template");
  fillCard(element, card);
  return element;
}

/** Texts with more characters than this are shown in a smaller font. */
const LONG_TEXT = 140;

/**
 * Show one side of a card, or hide its element if the text is empty.
 * @param {HTMLElement} element
 * @param {string} text
 * @param {"question"|"answer"} [cloze] whether gaps are shown empty or filled
 */
export function writeSide(element, text, cloze) {
  element.hidden = !text;
  element.toggleAttribute("data-long", text.length > LONG_TEXT);
  renderInto(element, text, { cloze });
}

/**
 * Return the back of a card, or "" if it only repeats the filled front of a cloze.
 * @param {{kind?: string, front: string, back: string}} card
 */
export function visibleBack({ kind, front, back }) {
  return kindOf(kind).hasGaps && back === fillGaps(front).text ? "" : back;
}
