import { gettext } from "../../client/i18n.js";
import { kindOf } from "../lib/card-kinds.js";
import { visibleBack, writeSide } from "../lib/cards.js";
import { action, announce, part, slot } from "../lib/dom.js";
import { renderInto, spokenText } from "../text.js";
import { RATINGS, shortSpan, span } from "./scheduler.js";
import { StudySession } from "./session.js";

/** The current card, the buttons below it, and the counts above it. */
export class CardView {
  #page;
  #card;
  #slots;
  isAnswerShown = false;

  /** @param {HTMLElement} page */
  constructor(page) {
    this.#page = page;
    this.#card = page.querySelector(".study-card");
    this.#slots = Object.fromEntries(
      ["question", "recap", "answer", "extra"].map((name) => [name, slot(page, name)]),
    );
  }

  /** @param {import("./session.js").Item} item @param {StudySession} session */
  showQuestion(item, session) {
    const hadFocus = this.#card.parentElement.contains(document.activeElement);
    this.#show("question");
    this.#setAnswerShown(false);
    this.updateTexts(item);
    slot(this.#page, "deck-name").textContent = item.card.deckName;
    this.showRemaining(session, StudySession.kind(item));
    action(this.#page, "undo").disabled = !session.tally().reviews;
    this.#announceQuestion();
    if (hadFocus || document.activeElement === document.body)
      action(this.#page, "show").focus({ preventScroll: true });
  }

  /**
   * Show the texts of the card, for example after an edit.
   * @param {import("./session.js").Item} item
   */
  updateTexts({ card }) {
    showSides(this.#slots, card);
  }

  /** @param {Record<string, number>} previews seconds until the next review, by rating */
  showAnswer(previews) {
    if (this.isAnswerShown) return;
    for (const rating of RATINGS) {
      slot(this.#page, rating).textContent = shortSpan(previews[rating]);
      slot(this.#page, `${rating}-label`).textContent = gettext("again in %(span)s", {
        span: span(previews[rating]),
      });
    }
    this.#setAnswerShown(true);
    this.#announceAnswer();
    this.#page.querySelector('[data-rating="good"]').focus({ preventScroll: true });
  }

  /** Flip the card without hiding the ratings. */
  flip() {
    showSide(this.#card, this.#card.dataset.side === "front" ? "back" : "front");
    if (this.#card.dataset.side === "front") this.#announceQuestion();
    else this.#announceAnswer();
  }

  /**
   * Show the remaining cards and the progress of the session.
   * @param {StudySession} session
   * @param {string} [kind] of the current card
   */
  showRemaining(session, kind = "") {
    const remaining = session.remaining();
    for (const [name, count] of Object.entries(remaining)) {
      slot(this.#page, name).textContent = String(count);
      slot(this.#page, name).parentElement.toggleAttribute("data-current", name === kind);
    }
    const { reviews } = session.tally();
    const bar = slot(this.#page, "progress");
    bar.max = Math.max(1, reviews + remaining.new + remaining.learning + remaining.due);
    bar.value = reviews;
  }

  #announceQuestion() {
    announce(gettext("Question: %(text)s", { text: spokenText(this.#slots.question) }));
  }

  #announceAnswer() {
    announce(gettext("Answer: %(text)s", { text: spokenText(this.#slots.answer) }));
  }

  #show(name) {
    for (const stateName of ["question", "summary", "loading"])
      part(this.#page, stateName).hidden = stateName !== name;
    part(this.#page, "tools").hidden = false;
    action(this.#page, "edit").hidden = false;
  }

  #setAnswerShown(isShown) {
    this.isAnswerShown = isShown;
    showSide(this.#card, isShown ? "back" : "front");
    action(this.#page, "show").hidden = isShown;
    part(this.#page, "ratings").hidden = !isShown;
  }
}

/**
 * Show the question and the answer of a card.
 *
 * A cloze is shown with gaps, and its answer is the filled text followed by the back.
 * @param {Record<string, HTMLElement>} slots question, recap, answer, extra
 * @param {any} card
 */
function showSides({ question, recap: plainQuestion, answer, extra }, card) {
  const { hasGaps } = kindOf(card.kind);
  writeSide(question, card.front, hasGaps ? "question" : undefined);
  writeSide(plainQuestion, hasGaps ? "" : card.front);
  writeSide(answer, hasGaps ? card.front : card.back, hasGaps ? "answer" : undefined);
  writeSide(extra, hasGaps ? visibleBack(card) : "");
}

/**
 * Render cards until one contains Markdown or math, so that its libraries are loaded while the
 * network is available.
 * @param {any[]} cards
 */
export async function preloadRenderers(cards) {
  const detached = document.createElement("div");
  for (const { front, back } of cards) {
    await renderInto(detached, `${front}\n\n${back}`);
    if ("richShown" in detached.dataset) return;
  }
}

/**
 * Show a side of the study card.
 *
 * The next question appears without the flip animation, which would reveal the answer.
 * @param {HTMLElement} card
 * @param {"front"|"back"} side
 */
function showSide(card, side) {
  const sheet = card.querySelector(".card-sheet");
  sheet.scrollTop = 0;
  card.dataset.side = side;
  for (const face of card.querySelectorAll(".card-face")) face.scrollTop = 0;
}
