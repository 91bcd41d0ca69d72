import { gettext, ngettext } from "../../client/i18n.js";
import { kindOf } from "../lib/card-kinds.js";
import { announce, part, slot } from "../lib/dom.js";
import { clozeParts } from "../text/cloze.js";

/** The notice that a card was forgotten many times. It stays while the user studies on. */
export class LeechNotice {
  #page;
  #notice;
  /** The card of the notice. @type {any} */
  card = null;

  /** @param {HTMLElement} page */
  constructor(page) {
    this.#page = page;
    this.#notice = part(page, "leech");
  }

  /** @param {{card: any, lapseCount: number}|null} leech the card that was rated, if it is one */
  show(leech) {
    if (!leech) return;
    const { card, lapseCount } = leech;
    this.card = card;
    const text = ngettext(
      "You have forgotten “%(front)s” %(count)s time. A simpler card may help.",
      "You have forgotten “%(front)s” %(count)s times. A simpler card may help.",
      lapseCount,
      { front: shortened(questionOf(card)) },
    );
    slot(this.#notice, "leech").textContent = text;
    this.#notice.hidden = false;
    announce(text);
  }

  /** Hide the notice. If the focus would be lost, focus the next button or the summary. */
  hide() {
    const hadFocus = this.#notice.contains(document.activeElement);
    this.card = null;
    this.#notice.hidden = true;
    if (!hadFocus) return;
    const next = [...this.#page.querySelectorAll(NEXT_FOCUS)].find(
      ({ offsetParent }) => offsetParent,
    );
    next?.focus({ preventScroll: true });
  }
}

const NEXT_FOCUS = '[data-action="show"], [data-rating="good"], #study-summary-title';
const MAX_LENGTH = 60;

function questionOf({ front, kind }) {
  if (!kindOf(kind).hasGaps) return front;
  return clozeParts(front, "question")
    .map(({ text }) => text)
    .join("");
}

function shortened(text) {
  // Translators: the beginning of a text that is too long to be shown
  const characters = [...text];
  return characters.length > MAX_LENGTH
    ? gettext("%(text)s…", { text: characters.slice(0, MAX_LENGTH).join("") })
    : text;
}
