import { gettext, ngettext, pgettext } from "../../client/i18n.js";
import { cloneTemplate, part, slot } from "../lib/dom.js";
import { integer } from "../lib/format.js";

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
    number(pgettext("label of a number of cards", "added"), report.added),
    number(pgettext("label of a number of cards", "updated"), report.updated),
    number(pgettext("label of a number of cards", "unchanged"), report.unchanged),
  );
  slot(section, "decks").replaceChildren(
    ...report.decks.map((deck) => deckRow(deck, decksAddress)),
  );
  slot(section, "skipped").replaceChildren(...report.leftOut.map(skippedItem));
  part(section, "skipped").hidden = !report.leftOut.length;
  return title;
}

function headline({ added, updated, unchanged }) {
  if (added) return ngettext("%(count)s card added", "%(count)s cards added", added);
  if (updated) return ngettext("%(count)s card updated", "%(count)s cards updated", updated);
  return unchanged ? gettext("You have all of these cards already") : gettext("No card was taken");
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
    added && ngettext("%(count)s added", "%(count)s added", added),
    updated && ngettext("%(count)s updated", "%(count)s updated", updated),
    unchanged && ngettext("%(count)s unchanged", "%(count)s unchanged", unchanged),
  ];
  slot(element, "counts").textContent = [isNew && gettext("new deck"), ...counts]
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
