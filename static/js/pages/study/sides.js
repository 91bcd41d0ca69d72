import { filledText, renderInto } from "../text.js";

const LONG = 140;

/**
 * Write a card's question and answer; a cloze is asked with gaps and answered with them filled, its back below.
 * @param {Record<string, HTMLElement>} slots question, asked, answer, more @param {any} card
 */
export function showSides({ question, asked, answer, more }, { kind, front, back }) {
  const isCloze = kind === "cloze";
  write(question, front, isCloze ? "question" : undefined);
  write(asked, isCloze ? "" : front);
  write(answer, isCloze ? front : back, isCloze ? "answer" : undefined);
  write(more, isCloze && back !== filledText(front) ? back : "");
}

/** Load what Markdown and math need while there is a network, when any of the cards has some. @param {any[]} cards */
export async function warmUp(cards) {
  const nowhere = document.createElement("div");
  for (const { front, back } of cards) {
    await renderInto(nowhere, `${front}\n\n${back}`);
    if ("richShown" in nowhere.dataset) return;
  }
}

function write(element, text, cloze) {
  element.hidden = !text;
  element.toggleAttribute("data-long", text.length > LONG);
  renderInto(element, text, { cloze });
}
