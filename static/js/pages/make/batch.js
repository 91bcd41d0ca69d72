import { announce } from "../announce.js";
import { cardElement, setUpFlipping } from "../cards.js";
import { action, fromMould, part, say, slot } from "../dom.js";
import { counted, speed } from "../format.js";
import { rawText } from "../text.js";
import { saveAsDeck } from "./save.js";

/**
 * The cards of one request on the page, from the first one written to the saved deck.
 * Events on its element, bubbling: `batch-changed`, `batch-gone`, `batch-next` (detail: the action of its button).
 */
export class Batch {
  #first = null;

  /** @param {import("./save.js").BatchRecord} record */
  constructor(record) {
    this.record = record;
    this.element = fromMould("batch-mould");
    this.cards = slot(this.element, "cards");
    setUpFlipping(this.cards);
    say(this.element, "title", record.request.topic);
    this.#setUpSaving();
    action(this.element, "next").addEventListener("click", (event) => this.#send("batch-next", event.target.dataset.next));
    this.replaceCards(record.cards);
    this.show(record.state, record.words);
  }

  /** Whether there is anything here that is nowhere else. */
  get isUnsaved() {
    return this.record.cards.length > 0;
  }

  /** One more card. @param {{front: string, back: string}} card */
  add(card) {
    const element = cardElement(card);
    element.dataset.new = "";
    this.record.cards.push(card);
    this.cards.insertBefore(element, this.cards.querySelector("[data-part=next-card]"));
    this.#count();
  }

  /** Make these the cards; those already shown stay as they are. @param {{front: string, back: string}[]} cards */
  replaceCards(cards) {
    const shown = [...this.cards.querySelectorAll(".card[data-card]")];
    const elements = cards.map((card) => take(shown, card) ?? cardElement(card));
    for (const gone of shown) gone.remove();
    elements.forEach((element, at) => this.cards.children[at] === element || this.cards.insertBefore(element, this.cards.children[at]));
    this.record.cards = [...cards];
    this.#count();
  }

  /** @param {import("./save.js").BatchRecord["state"]} state @param {string} words */
  show(state, words) {
    Object.assign(this.record, { state, words });
    this.element.dataset.state = state;
    const isWriting = state === "writing";
    say(this.element, "words", words);
    slot(this.element, "bar").hidden = !isWriting;
    this.cards.querySelector("[data-part=next-card]").hidden = !isWriting;
    part(this.element, "save").hidden = isWriting || !this.record.cards.length;
    this.#send("batch-changed");
  }

  /** @param {{tokens: number, seconds: number}} spent of this turn of the engine */
  meter(spent) {
    if (!this.#first || spent.tokens < this.#first.tokens || spent.seconds < this.#first.seconds) this.#first = spent;
    say(this.element, "meter", speed(spent, this.#first));
  }

  /** A sentence with a button for the next step. @param {{text: string, tone?: string, action?: string, label?: string}} notice */
  notify({ text, tone = "", action: next, label }) {
    const notice = part(this.element, "notice");
    const button = action(notice, "next");
    slot(notice, "notice").textContent = text;
    button.textContent = label ?? "";
    button.dataset.next = next ?? "";
    button.hidden = !next;
    notice.dataset.tone = tone;
    notice.hidden = !text;
    if (text) announce(text);
  }

  #count() {
    const { cards, request } = this.record;
    slot(this.element, "bar").value = Math.min(1, cards.length / request.count);
    if (this.record.state === "writing") say(this.element, "words", `${cards.length} of ${counted(request.count, "card")}`);
    this.#send("batch-changed");
  }

  #setUpSaving() {
    const form = part(this.element, "save");
    const { key, request, name } = this.record;
    form.elements.name.id = `name-${key}`;
    form.elements.name.value = name ?? request.topic;
    slot(form, "name-label").htmlFor = `name-${key}`;
    form.addEventListener("input", () => {
      this.record.name = form.elements.name.value;
      slot(form, "name-error").hidden = true;
      form.elements.name.removeAttribute("aria-invalid");
      this.#send("batch-changed");
    });
    form.addEventListener("submit", (event) => this.#save(event));
    action(form, "discard").addEventListener("click", () => this.#send("batch-gone"));
  }

  async #save(event) {
    event.preventDefault();
    const button = action(this.element, "save");
    if (button.disabled) return;
    button.disabled = true;
    const deck = await saveAsDeck(this.record, part(this.element, "save")).finally(() => (button.disabled = false));
    if (deck) this.#saved(deck);
  }

  #saved(deck) {
    const link = slot(this.element, "deck-link");
    link.href = `${document.getElementById("batches").dataset.decks}/${deck.id}`;
    link.textContent = deck.name;
    this.element.dataset.state = "saved";
    part(this.element, "save").hidden = true;
    part(this.element, "saved").hidden = false;
    this.notify({ text: "" });
    this.#send("batch-saved");
    link.focus();
  }

  #send(name, detail) {
    this.element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

/** The element among `shown` that shows this card, taken out of the list. */
function take(shown, card) {
  const at = shown.findIndex((element) => ["front", "back"].every((side) => rawText(slot(element, side)) === card[side]));
  return at < 0 ? null : shown.splice(at, 1)[0];
}
