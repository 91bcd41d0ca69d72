import { becomesLeech } from "./lapses.js";

/**
 * If no other cards are left, learning steps that are due within this time are shown immediately,
 * so that the user does not have to wait.
 */
const LEARN_AHEAD_MS = 20 * 60_000;
const KINDS = { learning: "learning", relearning: "learning", review: "due" };

/** @typedef {import("./scheduler.js").Schedule} Schedule */
/** @typedef {{card: any, schedule: Schedule|null}} Item */

/**
 * A study session: the next card, the ratings and the remaining cards.
 *
 * It does not use the DOM or the network, and callers pass the current time.
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

  /** Load a queue from the server. Ratings of this session are kept. @param {any} queue */
  load({ cards, counts, nextDueAt }) {
    this.#items = cards.map((card) => ({ card, schedule: fromServer(card.schedule) }));
    const loaded = this.#countLoaded();
    this.#notLoaded = Object.fromEntries(
      Object.keys(loaded).map((kind) => [kind, Math.max(0, counts[kind] - loaded[kind])]),
    );
    this.#laterDueAt = nextDueAt ? Date.parse(nextDueAt) : Infinity;
    this.current = null;
  }

  /** Return the remaining cards as a queue for `load`. */
  toQueue() {
    const cards = this.#items.map(({ card, schedule }) => ({
      ...card,
      schedule: schedule && { ...schedule, ...datesOf(schedule) },
    }));
    return { cards, counts: this.remaining(), nextDueAt: isoOf(this.nextDueAt()) };
  }

  /**
   * Remove a card that was rated elsewhere.
   * @param {string} cardId
   * @returns {boolean} whether it was the current card
   */
  remove(cardId) {
    this.#items = this.#items.filter(({ card }) => card.id !== cardId);
    const isCurrent = this.current?.card.id === cardId;
    if (isCurrent) this.current = null;
    return isCurrent;
  }

  /**
   * Remove a card that was deleted. Its ratings cannot be undone any more.
   * @param {string} cardId
   * @returns {boolean} whether it was the current card
   */
  removeDeleted(cardId) {
    for (const entry of this.#history) entry.isDeleted ||= entry.item.card.id === cardId;
    return this.remove(cardId);
  }

  /**
   * Apply the texts of a card that was edited. Since the queue was loaded again, the session may
   * have another object for the card.
   * @param {{id: string, front: string, back: string}} card
   */
  update({ id, front, back }) {
    for (const item of [...this.#items, this.current])
      if (item?.card.id === id) Object.assign(item.card, { front, back });
  }

  /**
   * Return the next card and make it the current one, or return null if the session is finished.
   * @param {number} now in milliseconds
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

  /**
   * Return the seconds until the next review of the current card, by rating.
   * @param {number} now
   */
  previews(now) {
    return this.#scheduler.previews(this.current.schedule, now);
  }

  /**
   * Rate the current card.
   * @param {string} rating
   * @param {number} now in milliseconds
   * @param {number} seconds the time that the user took
   * @returns {any} the review as the API expects it
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
   * Return the card that was rated last, with the number of its lapses, if it has become a leech.
   * @returns {{card: any, lapseCount: number}|null}
   */
  newLeech() {
    const { item, before } = this.#history.at(-1) ?? {};
    const lapseCount = item?.schedule.lapseCount;
    const isLapse = item && lapseCount > (before?.lapseCount ?? 0);
    return isLapse && becomesLeech(lapseCount) ? { card: item.card, lapseCount } : null;
  }

  /**
   * Undo the last rating and make its card the current one.
   * @returns {any} the review that was undone, or null if nothing can be undone
   */
  undo() {
    if (!this.#history.length || this.#history.at(-1).isDeleted) return null;
    const last = this.#history.pop();
    last.item.schedule = last.before;
    this.#items = this.#items.filter((other) => other !== last.item);
    this.#items.splice(last.index, 0, last.item);
    this.current = last.item;
    return last.review;
  }

  /**
   * Return the number of remaining cards by kind.
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

  /** Return the statistics of the session so far. */
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

  /**
   * Return when the next card is due, in milliseconds, or null if no card has a due date.
   * @returns {number|null}
   */
  nextDueAt() {
    const dueTimes = [...this.#items, ...this.#history.map(({ item }) => item)].flatMap(
      ({ schedule }) => schedule?.dueAt ?? [],
    );
    const next = Math.min(this.#laterDueAt, ...dueTimes);
    return Number.isFinite(next) ? next : null;
  }

  /**
   * Return the seconds until the next card is due, in whole days if it is due on another study day,
   * or null if no card has a due date.
   * @param {number} now
   * @returns {number|null}
   */
  untilNext(now) {
    const dueAt = this.nextDueAt();
    return dueAt === null ? null : this.#scheduler.until(dueAt, now);
  }

  /**
   * Return the kind of a card in the study queue.
   * @param {Item} item
   * @returns {"new"|"learning"|"due"}
   */
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
  // Sessions that an earlier version stored have no `lapseCount`.
  const { state, step, stability, difficulty, dueAt, lastReviewedAt, lapseCount = 0 } = schedule;
  return {
    state,
    step,
    stability,
    difficulty,
    dueAt: Date.parse(dueAt),
    lastReviewedAt: Date.parse(lastReviewedAt),
    lapseCount,
  };
}
