import { gettext, ngettext } from "../../client/i18n.js";
import { decimal, speed } from "../lib/format.js";

/**
 * Numbers of tokens and seconds: in all, and when the first token of each request was written.
 * @typedef {{tokens: number, seconds: number}} Usage
 * @typedef {{all: Usage, first: Usage}} TotalUsage
 */

const NOTHING = { tokens: 0, seconds: 0 };

/** The tokens and the time of all requests of a batch, and the estimated time left. */
export class Meter {
  #estimate = new Estimate();
  /** @type {TotalUsage} */
  #earlier;
  /** @type {Usage|null} */
  #first = null;
  /** @type {(Usage & {generationId?: string})|null} */
  #last = null;

  /** @param {TotalUsage} [earlier] of the requests before a reload */
  constructor(earlier = { all: NOTHING, first: NOTHING }) {
    this.#earlier = earlier;
  }

  /** Estimate the time left again when the model starts or resumes. */
  begin() {
    this.#estimate.begin();
  }

  /** @param {number} left the number of cards that are still to come */
  countCard(left) {
    this.#estimate.card(left);
  }

  /** @param {Usage & {generationId?: string}} usage of the engine's current run */
  update(usage) {
    const last = this.#last;
    const isNewRun =
      last &&
      (usage.generationId !== last.generationId ||
        usage.tokens < last.tokens ||
        usage.seconds < last.seconds);
    if (isNewRun) {
      this.#earlier = this.total;
      this.#first = null;
    }
    this.#first ??= usage;
    this.#last = usage;
  }

  /** The usage of all requests so far. @type {TotalUsage} */
  get total() {
    return {
      all: sum(this.#earlier.all, this.#last),
      first: sum(this.#earlier.first, this.#first),
    };
  }

  /**
   * Return the usage as text, with the estimated time left while cards are being written.
   * @param {boolean} isWriting
   */
  text(isWriting) {
    const { all, first } = this.total;
    if (!all.tokens) return "";
    return [speed(all, first), isWriting && this.#estimate.text].filter(Boolean).join(" · ");
  }
}

function sum(usage, other) {
  const { tokens, seconds } = other ?? NOTHING;
  return { tokens: usage.tokens + tokens, seconds: usage.seconds + seconds };
}

const MINUTE = 60;
/** An estimate is wrong when a card takes this many times as long as the cards before it. */
const MAX_SLOWDOWN = 2;
const MIN_PAUSE_MS = 5_000;

/**
 * An estimate of the remaining time, based on the cards so far.
 *
 * It changes only when a card arrives, so that the displayed time does not jump. If the next card
 * does not arrive, for example because the model repeats itself, there is no estimate.
 */
export class Estimate {
  #startedAt = null;
  #lastCardAt = 0;
  #cards = 0;
  #left = 0;
  #now;

  /** @param {() => number} [now] milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Start measuring when the model starts or resumes. */
  begin() {
    this.#startedAt = this.#now();
    this.#cards = 0;
  }

  /**
   * Count a card and return the estimated time left.
   * @param {number} left the number of cards that are still to come
   * @returns {string} words such as "about a minute left", or "" if measuring has not started or no
   *   cards are left
   */
  card(left) {
    if (this.#startedAt === null) return "";
    this.#cards += 1;
    this.#left = left;
    this.#lastCardAt = this.#now();
    return this.text;
  }

  /** The estimated time left, or "" if there is no estimate. */
  get text() {
    if (!this.#cards || this.#left <= 0) return "";
    const perCard = (this.#lastCardAt - this.#startedAt) / this.#cards;
    const pause = this.#now() - this.#lastCardAt;
    if (pause > Math.max(MAX_SLOWDOWN * perCard, MIN_PAUSE_MS)) return "";
    return timeLeft((perCard * this.#left) / 1000);
  }
}

/** @param {number} seconds @returns {string} */
export function timeLeft(seconds) {
  if (seconds < 0.75 * MINUTE) return gettext("less than a minute left");
  if (seconds < 1.5 * MINUTE) return gettext("about a minute left");
  if (seconds < 50 * MINUTE)
    return ngettext(
      "about %(count)s minute left",
      "about %(count)s minutes left",
      Math.round(seconds / MINUTE),
    );
  const hours = Math.round((2 * seconds) / (60 * MINUTE)) / 2;
  if (hours <= 1) return gettext("about an hour left");
  return ngettext("about %(count)s hour left", "about %(count)s hours left", hours, {
    count: decimal(hours),
  });
}
