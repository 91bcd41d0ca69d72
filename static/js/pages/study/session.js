/**
 * A step that is due within this time is asked at once when nothing else is left: nobody waits for
 * it.
 */
const AHEAD_MS = 20 * 60_000;
const KINDS = { learning: "learning", relearning: "learning", review: "due" };

/** @typedef {import("./scheduler.js").Schedule} Schedule */
/** @typedef {{card: any, schedule: Schedule|null}} Item */

/**
 * One sitting: which card is next, what was rated, what is left. No DOM, no network; the clock
 * comes in.
 */
export class Sitting {
  #scheduler;
  #items = [];
  #beyond = { new: 0, learning: 0, due: 0 };
  #later = Infinity;
  #done = [];
  /** @type {Item|null} */
  asked = null;

  /** @param {import("./scheduler.js").Scheduler} scheduler */
  constructor(scheduler) {
    this.#scheduler = scheduler;
  }

  /**
   * Take a queue as the server gave it; what was rated in this sitting before stays counted.
   * @param {any} queue
   */
  take({ cards, counts, nextDueAt }) {
    this.#items = cards.map((card) => ({ card, schedule: fromServer(card.schedule) }));
    const here = this.#counted();
    this.#beyond = Object.fromEntries(
      Object.keys(here).map((kind) => [kind, Math.max(0, counts[kind] - here[kind])]),
    );
    this.#later = nextDueAt ? Date.parse(nextDueAt) : Infinity;
    this.asked = null;
  }

  /** What is left, as a queue for `take` to go on with. */
  toQueue() {
    const cards = this.#items.map(({ card, schedule }) => ({
      ...card,
      schedule: schedule && { ...schedule, ...datesOf(schedule) },
    }));
    return { cards, counts: this.left(), nextDueAt: isoOf(this.nextDueAt()) };
  }

  /**
   * Leave a card out: it was rated elsewhere.
   * @param {string} cardId
   * @returns {boolean} whether it was the one that is asked
   */
  drop(cardId) {
    this.#items = this.#items.filter(({ card }) => card.id !== cardId);
    const isAsked = this.asked?.card.id === cardId;
    if (isAsked) this.asked = null;
    return isAsked;
  }

  /**
   * The card to ask now, or null when the sitting is at its end.
   * @param {number} now in ms
   * @returns {Item|null}
   */
  next(now) {
    const steps = this.#items
      .filter(({ schedule }) => schedule && schedule.state !== "review")
      .sort((a, b) => a.schedule.dueAt - b.schedule.dueAt);
    const first = steps[0];
    const other = this.#items.find(({ schedule }) => !schedule || schedule.state === "review");
    const isFirstsTurn =
      first && (first.schedule.dueAt <= now || (!other && first.schedule.dueAt <= now + AHEAD_MS));
    this.asked = isFirstsTurn ? first : (other ?? null);
    return this.asked;
  }

  /** What each rating of the asked card would give, in seconds. @param {number} now */
  previews(now) {
    return this.#scheduler.previews(this.asked.schedule, now);
  }

  /**
   * Rate the asked card.
   * @param {string} rating @param {number} now in ms @param {number} seconds it took
   * @returns {any} the review as the server takes it
   */
  rate(rating, now, seconds) {
    const item = this.asked;
    const review = {
      id: crypto.randomUUID(),
      cardId: item.card.id,
      rating,
      reviewedAt: new Date(now).toISOString(),
      seconds,
    };
    this.#done.push({ item, before: item.schedule, place: this.#items.indexOf(item), review });
    item.schedule = this.#scheduler.rate(item.schedule, rating, now);
    if (item.schedule.state === "review") this.#items = this.#items.filter((one) => one !== item);
    this.asked = null;
    return review;
  }

  /**
   * Take the last rating back and ask its card again.
   * @returns {any} the review taken back, or null when there is none
   */
  undo() {
    const last = this.#done.pop();
    if (!last) return null;
    last.item.schedule = last.before;
    this.#items = this.#items.filter((one) => one !== last.item);
    this.#items.splice(last.place, 0, last.item);
    this.asked = last.item;
    return last.review;
  }

  /**
   * How many cards are left, by what they are.
   * @returns {{new: number, learning: number, due: number}}
   */
  left() {
    const here = this.#counted();
    return {
      new: here.new + this.#beyond.new,
      learning: here.learning + this.#beyond.learning,
      due: here.due + this.#beyond.due,
    };
  }

  /** What was done so far. */
  tally() {
    const ratings = { again: 0, hard: 0, good: 0, easy: 0 };
    for (const { review } of this.#done) ratings[review.rating] += 1;
    const seconds = this.#done.reduce((sum, { review }) => sum + review.seconds, 0);
    return {
      reviews: this.#done.length,
      cards: new Set(this.#done.map(({ review }) => review.cardId)).size,
      ratings,
      seconds,
    };
  }

  /** When the next card comes, in ms, or null when none will. @returns {number|null} */
  nextDueAt() {
    const known = [...this.#items, ...this.#done.map(({ item }) => item)].flatMap(
      ({ schedule }) => schedule?.dueAt ?? [],
    );
    const next = Math.min(this.#later, ...known);
    return Number.isFinite(next) ? next : null;
  }

  /**
   * Seconds until then, whole days when it is not today; null when no card will come.
   * @param {number} now
   * @returns {number|null}
   */
  untilNext(now) {
    const dueAt = this.nextDueAt();
    return dueAt === null ? null : this.#scheduler.until(dueAt, now);
  }

  /** Of what kind a card is. @param {Item} item @returns {"new"|"learning"|"due"} */
  static kind({ schedule }) {
    return schedule ? KINDS[schedule.state] : "new";
  }

  #counted() {
    const counts = { new: 0, learning: 0, due: 0 };
    for (const item of this.#items) counts[Sitting.kind(item)] += 1;
    return counts;
  }
}

const isoOf = (ms) => (ms === null ? null : new Date(ms).toISOString());
const datesOf = ({ dueAt, lastReviewedAt }) => ({
  dueAt: isoOf(dueAt),
  lastReviewedAt: isoOf(lastReviewedAt),
});

function fromServer(schedule) {
  if (!schedule) return null;
  const { state, step, stability, difficulty, dueAt, lastReviewedAt } = schedule;
  return {
    state,
    step,
    stability,
    difficulty,
    dueAt: Date.parse(dueAt),
    lastReviewedAt: Date.parse(lastReviewedAt),
  };
}
