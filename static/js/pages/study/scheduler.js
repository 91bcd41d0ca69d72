const DAY_SECONDS = 86_400;

/** @typedef {{state: "learning"|"review"|"relearning", step: number|null, stability: number, difficulty: number, dueAt: number, lastReviewedAt: number}} Schedule times in ms */

/** From the worst to the best, as keys 1 to 4 and the API name them. */
export const RATINGS = ["again", "hard", "good", "easy"];

/**
 * When a card is asked again, as the server reckons it (scheduling.py): the formulas are those of ts-fsrs, the steps are walked here.
 * Both are held to tests/contract/scheduling_cases.json.
 */
export class Scheduler {
  #memory;
  #steps;
  #days;

  /**
   * @param {any} FSRSAlgorithm of ts-fsrs
   * @param {{weights: number[], desiredRetention: number, learningSteps: number[], relearningSteps: number[], longestDays: number}} scheduling
   *   as the queue brings it; steps in seconds
   * @param {import("./days.js").StudyDays} days
   */
  constructor(FSRSAlgorithm, scheduling, days) {
    const { weights, desiredRetention, longestDays } = scheduling;
    this.#memory = new FSRSAlgorithm({ w: weights, request_retention: desiredRetention, maximum_interval: longestDays, enable_fuzz: false });
    this.#steps = { learning: scheduling.learningSteps, relearning: scheduling.relearningSteps };
    this.#days = days;
  }

  /** @param {Schedule|null} schedule null: a new card @param {string} rating @param {number} now in ms @returns {Schedule} */
  rate(schedule, rating, now) {
    const grade = RATINGS.indexOf(rating) + 1;
    const passed = schedule ? this.#days.between(schedule.lastReviewedAt, now) : 0;
    const { stability, difficulty } = this.#memory.next_state(schedule, passed, grade);
    const { state, step, seconds } = this.#walk(schedule, grade);
    const dueAt = state === "review" ? this.#days.startOf(this.#days.dayOf(now) + this.#memory.next_interval(stability, 0)) : now + seconds * 1000;
    return { state, step, stability, difficulty, dueAt, lastReviewedAt: now };
  }

  /** Seconds after which each rating would ask the card again. @param {Schedule|null} schedule @param {number} now */
  previews(schedule, now) {
    return Object.fromEntries(RATINGS.map((rating) => [rating, this.interval(this.rate(schedule, rating, now))]));
  }

  /** Seconds from a card's last review to its next: a step, or whole days. @param {Schedule} schedule */
  interval({ state, lastReviewedAt, dueAt }) {
    return state === "review" ? this.#days.between(lastReviewedAt, dueAt) * DAY_SECONDS : (dueAt - lastReviewedAt) / 1000;
  }

  /** Seconds until a card is due: of another study day, whole days. @param {number} dueAt @param {number} now */
  until(dueAt, now) {
    return this.#days.between(now, dueAt) * DAY_SECONDS || Math.max(0, (dueAt - now) / 1000);
  }

  /** The next state and, while learning, the step and its seconds. */
  #walk(schedule, grade) {
    const state = schedule?.state ?? "learning";
    if (state === "review") return grade === 1 ? { state: "relearning", step: 0, seconds: this.#steps.relearning[0] } : REMEMBERED;
    const steps = this.#steps[state];
    const step = schedule?.step ?? 0;
    if (grade === 1) return { state, step: 0, seconds: steps[0] };
    const next = grade === 3 ? step + 1 : step;
    if (grade === 4 || next >= steps.length) return REMEMBERED;
    return { state, step: next, seconds: grade === 2 ? hardSeconds(steps, step) : steps[next] };
  }
}

const REMEMBERED = { state: "review", step: null };

/** Half way to the second step; the first and a half when there is no second. */
function hardSeconds(steps, step) {
  if (step > 0) return steps[step];
  return steps.length === 1 ? steps[0] * 1.5 : (steps[0] + steps[1]) / 2;
}
