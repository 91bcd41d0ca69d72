/**
 * A step that is due within this time is asked at once when nothing else is left: nobody waits for
 * it.
 */
const LEARN_AHEAD_MS = 20 * 60_000;
const KINDS = { learning: "learning", relearning: "learning", review: "due" };

/** @typedef {import("./scheduler.js").Schedule} Schedule */
/** @typedef {{card: any, schedule: Schedule|null}} Item */

/**
 * One session: which card is next, what was rated, what is left. No DOM, no network; the clock
 * comes in.
 */
export class StudySession {
  #scheduler;
  #items = [];
  #notLoaded = { new: 0, learning: 0, due: 0 };
  #laterDueAt = Infinity;
  #history = [];
  /** @type {Item|null} */
  current = null;

  /** @param {import("./scheduler.js").Scheduler} scheduler */
  constructor(scheduler) {
    this.#scheduler = scheduler;
  }

  /**
   * Take a queue as the server gave it; what was rated in this session before stays counted.
   * @param {any} queue
   */
  load({ cards, counts, nextDueAt }) {
    this.#items = cards.map((card) => ({ card, schedule: fromServer(card.schedule) }));
    const loaded = this.#countLoaded();
    this.#notLoaded = Object.fromEntries(
      Object.keys(loaded).map((kind) => [kind, Math.max(0, counts[kind] - loaded[kind])]),
    );
    this.#laterDueAt = nextDueAt ? Date.parse(nextDueAt) : Infinity;
    this.current = null;
  }

  /** What is left, as a queue for `take` to go on with. */
  toQueue() {
    const cards = this.#items.map(({ card, schedule }) => ({
      ...card,
      schedule: schedule && { ...schedule, ...datesOf(schedule) },
    }));
    return { cards, counts: this.remaining(), nextDueAt: isoOf(this.nextDueAt()) };
  }

  /**
   * Leave a card out: it was rated elsewhere.
   * @param {string} cardId
   * @returns {boolean} whether it was the one that is asked
   */
  remove(cardId) {
    this.#items = this.#items.filter(({ card }) => card.id !== cardId);
    const isCurrent = this.current?.card.id === cardId;
    if (isCurrent) this.current = null;
    return isCurrent;
  }

  /**
   * The card to ask now, or null when the session is at its end.
   * @param {number} now in ms
   * @returns {Item|null}
   */
  next(now) {
    const steps = this.#items
      .filter(({ schedule }) => schedule && schedule.state !== "review")
      .sort((a, b) => a.schedule.dueAt - b.schedule.dueAt);
    const first = steps[0];
    const nextReview = this.#items.find(({ schedule }) => !schedule || schedule.state === "review");
    const isStepDue =
      first &&
      (first.schedule.dueAt <= now ||
        (!nextReview && first.schedule.dueAt <= now + LEARN_AHEAD_MS));
    this.current = isStepDue ? first : (nextReview ?? null);
    return this.current;
  }

  /** What each rating of the asked card would give, in seconds. @param {number} now */
  previews(now) {
    return this.#scheduler.previews(this.current.schedule, now);
  }

  /**
   * Rate the asked card.
   * @param {string} rating @param {number} now in ms @param {number} seconds it took
   * @returns {any} the review as the server takes it
   */
  rate(rating, now, seconds) {
    const item = this.current;
    const review = {
      id: crypto.randomUUID(),
      cardId: item.card.id,
      rating,
      reviewedAt: new Date(now).toISOString(),
      seconds,
    };
    this.#history.push({ item, before: item.schedule, index: this.#items.indexOf(item), review });
    item.schedule = this.#scheduler.rate(item.schedule, rating, now);
    if (item.schedule.state === "review")
      this.#items = this.#items.filter((other) => other !== item);
    this.current = null;
    return review;
  }

  /**
   * Take the last rating back and ask its card again.
   * @returns {any} the review taken back, or null when there is none
   */
  undo() {
    const last = this.#history.pop();
    if (!last) return null;
    last.item.schedule = last.before;
    this.#items = this.#items.filter((other) => other !== last.item);
    this.#items.splice(last.index, 0, last.item);
    this.current = last.item;
    return last.review;
  }

  /**
   * How many cards are left, by what they are.
   * @returns {{new: number, learning: number, due: number}}
   */
  remaining() {
    const loaded = this.#countLoaded();
    return {
      new: loaded.new + this.#notLoaded.new,
      learning: loaded.learning + this.#notLoaded.learning,
      due: loaded.due + this.#notLoaded.due,
    };
  }

  /** What was done so far. */
  tally() {
    const ratings = { again: 0, hard: 0, good: 0, easy: 0 };
    for (const { review } of this.#history) ratings[review.rating] += 1;
    const seconds = this.#history.reduce((sum, { review }) => sum + review.seconds, 0);
    return {
      reviews: this.#history.length,
      cards: new Set(this.#history.map(({ review }) => review.cardId)).size,
      ratings,
      seconds,
    };
  }

  /** When the next card comes, in ms, or null when none will. @returns {number|null} */
  nextDueAt() {
    const dueTimes = [...this.#items, ...this.#history.map(({ item }) => item)].flatMap(
      ({ schedule }) => schedule?.dueAt ?? [],
    );
    const next = Math.min(this.#laterDueAt, ...dueTimes);
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

  #countLoaded() {
    const counts = { new: 0, learning: 0, due: 0 };
    for (const item of this.#items) counts[StudySession.kind(item)] += 1;
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
