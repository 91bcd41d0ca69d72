import { announce } from "../announce.js";
import { action, part, slot } from "../dom.js";
import { spokenText } from "../text.js";
import { showSides } from "./sides.js";
import { RATINGS } from "./scheduler.js";
import { Sitting } from "./sitting.js";
import { shortSpan, span } from "./spans.js";
import { turn } from "./turning.js";

/** The card that is asked, the buttons under it, the numbers above. */
export class CardView {
  #page;
  #card;
  #slots;
  isAnswerShown = false;

  /** @param {HTMLElement} page */
  constructor(page) {
    this.#page = page;
    this.#card = page.querySelector(".study-card");
    this.#slots = Object.fromEntries(["question", "asked", "answer", "more"].map((name) => [name, slot(page, name)]));
  }

  /** @param {import("./sitting.js").Item} item @param {Sitting} sitting */
  ask(item, sitting) {
    const hadFocus = this.#card.parentElement.contains(document.activeElement);
    this.#show("asking");
    this.#setAnswerShown(false);
    this.rewrite(item);
    slot(this.#page, "deck").textContent = item.card.deckName;
    this.showLeft(sitting, Sitting.kind(item));
    action(this.#page, "undo").disabled = !sitting.tally().reviews;
    this.#sayQuestion();
    if (hadFocus || document.activeElement === document.body) action(this.#page, "show").focus({ preventScroll: true });
  }

  /** Write the texts anew, after an edit too. @param {import("./sitting.js").Item} item */
  rewrite({ card }) {
    showSides(this.#slots, card);
  }

  /** @param {Record<string, number>} previews seconds after which each rating asks again */
  showAnswer(previews) {
    if (this.isAnswerShown) return;
    for (const rating of RATINGS) {
      slot(this.#page, rating).textContent = shortSpan(previews[rating]);
      slot(this.#page, `${rating}-said`).textContent = `again in ${span(previews[rating])}`;
    }
    this.#setAnswerShown(true);
    this.#sayAnswer();
    this.#page.querySelector('[data-rating="good"]').focus({ preventScroll: true });
  }

  /** Look at the other side again; the ratings stay. */
  turn() {
    turn(this.#card, this.#card.dataset.side === "front" ? "back" : "front");
    if (this.#card.dataset.side === "front") this.#sayQuestion();
    else this.#sayAnswer();
  }

  /** The numbers of what is left, and how far this sitting is. @param {Sitting} sitting @param {string} [kind] of the card that is asked */
  showLeft(sitting, kind = "") {
    const left = sitting.left();
    for (const [name, count] of Object.entries(left)) {
      slot(this.#page, name).textContent = String(count);
      slot(this.#page, name).parentElement.toggleAttribute("data-current", name === kind);
    }
    const { reviews } = sitting.tally();
    const bar = slot(this.#page, "progress");
    bar.max = Math.max(1, reviews + left.new + left.learning + left.due);
    bar.value = reviews;
  }

  #sayQuestion() {
    announce(`Question: ${spokenText(this.#slots.question)}`);
  }

  #sayAnswer() {
    announce(`Answer: ${spokenText(this.#slots.answer)}`);
  }

  #show(name) {
    for (const one of ["asking", "end", "loading"]) part(this.#page, one).hidden = one !== name;
    part(this.#page, "tools").hidden = false;
    action(this.#page, "edit").hidden = false;
  }

  #setAnswerShown(isShown) {
    this.isAnswerShown = isShown;
    turn(this.#card, isShown ? "back" : "front");
    action(this.#page, "show").hidden = isShown;
    part(this.#page, "ratings").hidden = !isShown;
  }
}
