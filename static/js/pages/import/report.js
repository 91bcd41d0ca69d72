import { cloneTemplate, part, slot } from "../lib/dom.js";
import { integer, pluralize } from "../lib/format.js";

/**
 * @typedef {{id: string, name: string, isNew: boolean, added: number, updated: number, unchanged:
 *   number}} DeckReport
 */
/** @typedef {{added: number, updated: number, unchanged: number, decks: DeckReport[],
 *   leftOut: {sentence: string, examples: string[]}[]}} Report */

/**
 * Show the result of an import.
 * @param {HTMLElement} section
 * @param {Report} report
 * @param {string} decksAddress
 * @returns {string} the title of the report
 */
export function showReport(section, report, decksAddress) {
  const title = headline(report);
  slot(section, "report-title").textContent = title;
  slot(section, "totals").replaceChildren(
    ...["added", "updated", "unchanged"].map((label) => number(label, report[label])),
  );
  slot(section, "decks").replaceChildren(
    ...report.decks.map((deck) => deckRow(deck, decksAddress)),
  );
  slot(section, "skipped").replaceChildren(...report.leftOut.map(skippedItem));
  part(section, "skipped").hidden = !report.leftOut.length;
  return title;
}

function headline({ added, updated, unchanged }) {
  if (added) return `${pluralize(added, "card")} added`;
  if (updated) return `${pluralize(updated, "card")} updated`;
  return unchanged ? "You have all of these cards already" : "No card was taken";
}

function number(label, count) {
  const element = cloneTemplate("total-template");
  slot(element, "label").textContent = label;
  slot(element, "count").textContent = integer(count);
  return element;
}

function deckRow({ id, name, isNew, added, updated, unchanged }, decksAddress) {
  const element = cloneTemplate("report-deck-template");
  const link = slot(element, "name");
  link.textContent = name;
  link.href = `${decksAddress}/${id}`;
  const counts = [
    added && `${integer(added)} added`,
    updated && `${integer(updated)} updated`,
    unchanged && `${integer(unchanged)} unchanged`,
  ];
  slot(element, "counts").textContent = [isNew && "new deck", ...counts]
    .filter(Boolean)
    .join(" · ");
  return element;
}

function skippedItem({ sentence, examples }) {
  const element = cloneTemplate("skipped-template");
  slot(element, "message").textContent = sentence;
  slot(element, "examples").textContent = examples.join(" · ");
  slot(element, "examples").hidden = !examples.length;
  return element;
}
