import { backToShow, writeSide } from "../side.js";
import { renderInto } from "../text.js";

/**
 * Write a card's question and answer; a cloze is asked with gaps and answered with them filled, its back below.
 * @param {Record<string, HTMLElement>} slots question, asked, answer, more @param {any} card
 */
export function showSides({ question, asked, answer, more }, card) {
  const isCloze = card.kind === "cloze";
  writeSide(question, card.front, isCloze ? "question" : undefined);
  writeSide(asked, isCloze ? "" : card.front);
  writeSide(answer, isCloze ? card.front : card.back, isCloze ? "answer" : undefined);
  writeSide(more, isCloze ? backToShow(card) : "");
}

/** Load what Markdown and math need while there is a network, when any of the cards has some. @param {any[]} cards */
export async function warmUp(cards) {
  const nowhere = document.createElement("div");
  for (const { front, back } of cards) {
    await renderInto(nowhere, `${front}\n\n${back}`);
    if ("richShown" in nowhere.dataset) return;
  }
}
