import { gettext } from "../client/i18n.js";
import { clozeParts } from "./text/cloze.js";

// `\x2f` is a slash, which Babel would interpret as the end of the pattern.
/** Characters with a meaning in Markdown or math. Texts without them do not need the libraries. */
const MARKUP = /[*_`$]|~~~|\\[!-\x2f:-@[-`{-~]|\]\(|^[ \t]*(?:[-+]|\d{1,9}[.)])[ \t]/m;

/**
 * Show the text of a card.
 *
 * It is shown immediately as plain text, and as Markdown with math when the libraries are loaded.
 * The text cannot run scripts or load resources. The source text is kept in `data-raw` (see
 * `rawText`).
 * @param {HTMLElement} element
 * @param {string} text
 * @param {{cloze?: "question"|"answer"}} [options] whether clozes are shown as gaps or highlighted;
 *   by default their markup is shown
 * @returns {Promise<void>} when the text has been rendered
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
  if (!fragment || element.renderedKey !== key) return; // the text has changed in the meantime
  element.replaceChildren(fragment);
  element.dataset.richShown = "";
}

/** @param {HTMLElement} element @returns {string} the source text that it shows */
export function rawText(element) {
  return element.dataset.raw ?? element.textContent;
}

/**
 * @param {HTMLElement} element
 * @returns {string} what a screen reader should read, with math as TeX
 */
export function spokenText(element) {
  const copy = /** @type {HTMLElement} */ (element.cloneNode(true));
  for (const math of copy.querySelectorAll(".katex"))
    math.replaceWith(math.querySelector("annotation")?.textContent ?? "");
  // Translators: a screen reader reads this instead of a gap in a sentence.
  return copy.textContent.replaceAll("[…]", gettext("blank")).trim();
}

/**
 * Render the elements with `data-rich`, which the server sends as plain text.
 *
 * The value of the attribute may be the cloze side.
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
    return null; // the libraries could not be loaded, so the plain text stays
  }
}

renderAll(document);
