import { clozeParts } from "./text/cloze.js";

/** What Markdown or math would change. Text without it never asks for the libraries. */
const MARKUP = /[*_`$]|~~~|\\[!-/:-@[-`{-~]|\]\(|^[ \t]*(?:[-+]|\d{1,9}[.)])[ \t]/m;

/**
 * Show a card's text: at once as plain text, and once their libraries came with Markdown and math.
 * Nothing in it can run or load. The text itself stays in `data-raw` (see `rawText`).
 * @param {HTMLElement} element
 * @param {string} text
 * @param {{cloze?: "question"|"answer"}} [options] clozes with a gap for what they hide, or with it
 *   highlighted; else they stay in place
 * @returns {Promise<void>} when all is shown
 */
export async function renderInto(element, text, { cloze } = {}) {
  const key = `${cloze ?? ""}:${text}`;
  if (element.renderedKey === key) return;
  Object.assign(element, { renderedKey: key });
  element.dataset.raw = text;
  element.removeAttribute("data-rich-shown");
  showPlain(element, text, cloze);
  if (!MARKUP.test(text)) return;
  const fragment = await richText(text, cloze);
  if (!fragment || element.renderedKey !== key) return; // the text has changed meanwhile
  element.replaceChildren(fragment);
  element.dataset.richShown = "";
}

/** @param {HTMLElement} element @returns {string} the text that it shows, as it was written */
export function rawText(element) {
  return element.dataset.raw ?? element.textContent;
}

/**
 * @param {HTMLElement} element
 * @returns {string} what a screen reader should say of it: math as its TeX, once
 */
export function spokenText(element) {
  const copy = /** @type {HTMLElement} */ (element.cloneNode(true));
  for (const math of copy.querySelectorAll(".katex"))
    math.replaceWith(math.querySelector("annotation")?.textContent ?? "");
  return copy.textContent.replaceAll("[…]", "blank").trim();
}

/**
 * Render what the server wrote as text: every element with `data-rich`, whose value may be the
 * cloze side.
 * @param {ParentNode} root
 */
export function renderAll(root) {
  for (const element of root.querySelectorAll("[data-rich]"))
    renderInto(element, rawText(element), { cloze: element.dataset.rich || undefined });
}

function showPlain(element, text, cloze) {
  if (!cloze) element.textContent = text;
  else
    element.replaceChildren(
      ...clozeParts(text, cloze).map((part) =>
        part.isCloze ? createMark(part.text, cloze) : part.text,
      ),
    );
}

function createMark(text, cloze) {
  const mark = document.createElement("mark");
  mark.dataset.cloze = cloze;
  mark.textContent = text;
  return mark;
}

async function richText(text, cloze) {
  try {
    const { richFragment } = await import("./text/rich.js");
    return await richFragment(text, cloze);
  } catch {
    return null; // without a network the plain text is what there is
  }
}

renderAll(document);
