import { gettext, ngettext } from "../../client/i18n.js";
import { action, announce, part, slot } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { integer, percent } from "../lib/format.js";
import { span } from "./scheduler.js";

const DAY_SECONDS = 86_400;
const LONGEST_TIMER_MS = 6 * 3_600_000;

/** The view at the end of a session, or when there is nothing to study, with the next steps. */
export class SummaryView {
  #page;
  #timer = 0;
  #onDue = () => {};

  /** @param {HTMLElement} page */
  constructor(page) {
    this.#page = page;
  }

  /** @param {() => void} callback called when the network is back after a load error */
  onDue(callback) {
    this.#onDue = callback;
  }

  /** @param {import("./session.js").StudySession} session @param {any} queue @param {number} now */
  show(session, queue, now) {
    const tally = session.tally();
    this.#reveal("summary");
    this.#showMessage(title(tally, queue), next(queue, session.untilNext(now)));
    this.#showOptions(tally, queue);
    this.#showTally(tally);
    this.#waitFor(session.nextDueAt(), now);
  }

  /** @param {any} error the reason why no queue could be loaded */
  showLoadError(error) {
    this.#page.dataset.state = "failed";
    this.#reveal("loading");
    slot(this.#page, "loading").textContent = describeError(error).text;
    action(this.#page, "retry").hidden = false;
    addEventListener("online", () => this.#page.dataset.state === "failed" && this.#onDue(), {
      once: true,
    });
  }

  #reveal(name) {
    for (const stateName of ["question", "summary", "loading"])
      part(this.#page, stateName).hidden = stateName !== name;
    part(this.#page, "tools").hidden = true;
    action(this.#page, "edit").hidden = true;
  }

  #showMessage(titleText, nextText) {
    slot(this.#page, "summary-title").textContent = titleText;
    slot(this.#page, "summary-next").textContent = nextText;
    announce(`${titleText} ${nextText}`);
    slot(this.#page, "summary-title").focus({ preventScroll: true });
  }

  #showOptions({ reviews }, queue) {
    const hasCards = queue.cardCount > 0;
    part(this.#page, "limits").hidden = !heldBack(queue);
    part(this.#page, "add").hidden = hasCards && reviews > 0;
    part(this.#page, "done").hidden = !hasCards;
    part(this.#page, "empty").hidden = hasCards;
  }

  /** Show the statistics and the Undo button if there are reviews. */
  #showTally({ cards, reviews, ratings, seconds }) {
    part(this.#page, "tally").hidden = !reviews;
    part(this.#page, "tools").hidden = !reviews;
    action(this.#page, "undo").disabled = !reviews;
    slot(this.#page, "tally-cards").textContent = integer(cards);
    slot(this.#page, "tally-reviews").textContent = integer(reviews);
    slot(this.#page, "tally-share").textContent = reviews
      ? percent((reviews - ratings.again) / reviews)
      : "";
    slot(this.#page, "tally-time").textContent =
      seconds < 60
        ? gettext("%(number)s s", { number: Math.round(seconds) })
        : gettext("%(number)s min", { number: Math.round(seconds / 60) });
  }

  /** Offer to continue when the next card becomes due while the summary is shown. */
  #waitFor(dueAt, now) {
    clearTimeout(this.#timer);
    const continueButton = action(this.#page, "continue");
    continueButton.hidden = true;
    if (!dueAt || dueAt - now > LONGEST_TIMER_MS) return;
    this.#timer = setTimeout(
      () => {
        continueButton.hidden = false;
        announce(gettext("A card is due again."));
      },
      Math.max(0, dueAt - now),
    );
  }
}

function title({ reviews }, queue) {
  if (reviews) return gettext("Done for now.");
  if (!queue.cardCount) return gettext("There are no cards here yet.");
  return heldBack(queue) ? gettext("Enough for today.") : gettext("Nothing is due.");
}

function next(queue, inSeconds) {
  if (!queue.cardCount) return gettext("Make some or add some, then come back to learn them.");
  const heldBackCount = heldBack(queue);
  const limits =
    heldBackCount &&
    ngettext(
      "Today's limits hold back %(count)s card.",
      "Today's limits hold back %(count)s cards.",
      heldBackCount,
    );
  return (
    [whenNext(inSeconds), limits].filter(Boolean).join(" ") || gettext("Nothing is planned yet.")
  );
}

/** Return the number of cards that the daily limits hold back. */
function heldBack({ waiting }) {
  return waiting.new + waiting.due;
}

function whenNext(inSeconds) {
  if (inSeconds === null) return "";
  if (inSeconds === DAY_SECONDS) return gettext("The next card is due tomorrow.");
  return gettext("The next card is due in %(span)s.", { span: span(Math.max(60, inSeconds)) });
}
