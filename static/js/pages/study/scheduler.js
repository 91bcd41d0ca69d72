import { gettext, ngettext } from "../../client/i18n.js";
import { decimal } from "../lib/format.js";

const DAY_SECONDS = 86_400;

/**
 * @typedef {{state: "learning"|"review"|"relearning", step: number|null, stability: number,
 *   difficulty: number, dueAt: number, lastReviewedAt: number, lapseCount: number}} Schedule times
 *   in milliseconds; a lapse is a card that was forgotten after it had been learned
 */

/** The ratings of the API from worst to best, which is the order of the keys 1 to 4. */
export const RATINGS = ["again", "hard", "good", "easy"];

/**
 * Calculates when a card is due, with the same results as flashcards/scheduling.py.
 *
 * The formulas are those of ts-fsrs, and this class adds the learning steps. Both implementations
 * are tested with tests/contract/scheduling_cases.json.
 */
export class Scheduler {
  #memory;
  #steps;
  #days;

  /**
   * @param {any} FSRSAlgorithm of ts-fsrs
   * @param {{weights: number[], desiredRetention: number, learningSteps: number[], relearningSteps:
   *   number[], longestDays: number}} scheduling from the study queue; steps in seconds
   * @param {StudyDays} days
   */
  constructor(FSRSAlgorithm, scheduling, days) {
    const { weights, desiredRetention, longestDays } = scheduling;
    this.#memory = new FSRSAlgorithm({
      w: weights,
      request_retention: desiredRetention,
      maximum_interval: longestDays,
      enable_fuzz: false,
    });
    this.#steps = { learning: scheduling.learningSteps, relearning: scheduling.relearningSteps };
    this.#days = days;
  }

  /**
   * Return the schedule of a card after a rating.
   * @param {Schedule|null} schedule null for a new card
   * @param {string} rating
   * @param {number} now in milliseconds
   * @returns {Schedule}
   */
  rate(schedule, rating, now) {
    const grade = RATINGS.indexOf(rating) + 1;
    const passed = schedule ? this.#days.between(schedule.lastReviewedAt, now) : 0;
    const { stability, difficulty } = this.#memory.next_state(schedule, passed, grade);
    const { state, step, seconds } = this.#nextStep(schedule, grade);
    const dueAt =
      state === "review"
        ? this.#days.startOf(this.#days.dayOf(now) + this.#memory.next_interval(stability, 0))
        : now + seconds * 1000;
    const isLapse = schedule?.state === "review" && grade === 1;
    const lapseCount = (schedule?.lapseCount ?? 0) + Number(isLapse);
    return { state, step, stability, difficulty, dueAt, lastReviewedAt: now, lapseCount };
  }

  /**
   * Return the seconds until the next review, by rating.
   * @param {Schedule|null} schedule
   * @param {number} now
   */
  previews(schedule, now) {
    return Object.fromEntries(
      RATINGS.map((rating) => [rating, this.interval(this.rate(schedule, rating, now))]),
    );
  }

  /**
   * Return the seconds between the last review of a card and the next: a step, or whole days.
   * @param {Schedule} schedule
   */
  interval({ state, lastReviewedAt, dueAt }) {
    return state === "review"
      ? this.#days.between(lastReviewedAt, dueAt) * DAY_SECONDS
      : (dueAt - lastReviewedAt) / 1000;
  }

  /**
   * Return the seconds until a card is due, in whole days if it is due on another study day.
   * @param {number} dueAt
   * @param {number} now
   */
  until(dueAt, now) {
    return this.#days.between(now, dueAt) * DAY_SECONDS || Math.max(0, (dueAt - now) / 1000);
  }

  /** Return the next state and, while learning, the step and its length in seconds. */
  #nextStep(schedule, grade) {
    const state = schedule?.state ?? "learning";
    if (state === "review")
      return grade === 1
        ? { state: "relearning", step: 0, seconds: this.#steps.relearning[0] }
        : GRADUATED;
    const steps = this.#steps[state];
    const step = schedule?.step ?? 0;
    if (grade === 1) return { state, step: 0, seconds: steps[0] };
    const next = grade === 3 ? step + 1 : step;
    if (grade === 4 || next >= steps.length) return GRADUATED;
    return { state, step: next, seconds: grade === 2 ? hardSeconds(steps, step) : steps[next] };
  }
}

const GRADUATED = { state: "review", step: null };

/**
 * Return the seconds after a Hard rating.
 *
 * On the first step, this is the mean of the first two steps, or 1.5 times the step if it is the
 * only one. Later steps are repeated.
 */
function hardSeconds(steps, step) {
  if (step > 0) return steps[step];
  return steps.length === 1 ? steps[0] * 1.5 : (steps[0] + steps[1]) / 2;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * Days that start at an hour of the user's choice, in the user's time zone.
 *
 * The counterpart on the server is StudyDays in flashcards/scheduling.py.
 */
export class StudyDays {
  #clock;
  #beginsAtMs;

  /** @param {string} zone an IANA time zone @param {number} beginsAtHour 0 to 23 */
  constructor(zone, beginsAtHour) {
    const digits = {
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    };
    this.#clock = new Intl.DateTimeFormat("en", { ...digits, timeZone: zone, hourCycle: "h23" });
    this.#beginsAtMs = beginsAtHour * HOUR_MS;
  }

  /** @param {number} moment in milliseconds @returns {number} the number of the study day */
  dayOf(moment) {
    return Math.floor((this.#wallClock(moment) - this.#beginsAtMs) / DAY_MS);
  }

  /**
   * @param {number} day the number of the study day
   * @returns {number} its start, in milliseconds
   */
  startOf(day) {
    const target = day * DAY_MS + this.#beginsAtMs;
    const estimate = target - (this.#wallClock(target) - target);
    // Correct the estimate again, in case the clocks change in between.
    return estimate - (this.#wallClock(estimate) - target);
  }

  /**
   * Return the number of study days between two moments, at least 0.
   * @param {number} earlier
   * @param {number} later
   */
  between(earlier, later) {
    return Math.max(0, this.dayOf(later) - this.dayOf(earlier));
  }

  /** Return the local date and time as if they were UTC, in milliseconds. */
  #wallClock(moment) {
    const parts = Object.fromEntries(
      this.#clock.formatToParts(moment).map(({ type, value }) => [type, Number(value)]),
    );
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  }
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
// `number` is the formatted count.
const UNITS = [
  {
    seconds: 365 * DAY,
    // Translators: an abbreviation of “years”.
    shortText: (number) => gettext("%(number)s y", { number }),
    text: (count, number) =>
      // Translators: follows “in”, as in “in 3 years”.
      ngettext("%(number)s year", "%(number)s years", count, { number }),
  },
  {
    seconds: 30.4 * DAY,
    // Translators: an abbreviation of “months”.
    shortText: (number) => gettext("%(number)s mo", { number }),
    text: (count, number) =>
      // Translators: follows “in”, as in “in 3 months”.
      ngettext("%(number)s month", "%(number)s months", count, { number }),
  },
  {
    seconds: DAY,
    // Translators: an abbreviation of “days”.
    shortText: (number) => gettext("%(number)s d", { number }),
    text: (count, number) =>
      // Translators: follows “in”, as in “in 3 days”.
      ngettext("%(number)s day", "%(number)s days", count, { number }),
  },
  {
    seconds: HOUR,
    shortText: (number) => gettext("%(number)s h", { number }),
    text: (count, number) =>
      // Translators: follows “in”, as in “in 3 hours”.
      ngettext("%(number)s hour", "%(number)s hours", count, { number }),
  },
  {
    seconds: MINUTE,
    shortText: (number) => gettext("%(number)s min", { number }),
    text: (count, number) =>
      // Translators: follows “in”, as in “in 3 minutes”.
      ngettext("%(number)s minute", "%(number)s minutes", count, { number }),
  },
];

/**
 * Convert a duration to a single unit. Months and years below 10 have one decimal.
 * @param {number} seconds
 */
function toUnit(seconds) {
  const unit = UNITS.find((candidate) => seconds >= candidate.seconds * 0.995) ?? UNITS.at(-1);
  const number = seconds / unit.seconds;
  const isLong = unit.seconds > DAY && number < 10;
  return { unit, number: Math.max(1, isLong ? Math.round(number * 10) / 10 : Math.round(number)) };
}

/** @param {number} seconds @returns {string} as on a button: "10 min", "3 d", "1.4 y" */
export function shortSpan(seconds) {
  const { unit, number } = toUnit(seconds);
  return unit.shortText(decimal(number));
}

/** @param {number} seconds @returns {string} as in running text: "10 minutes", "3 days" */
export function span(seconds) {
  const { unit, number } = toUnit(seconds);
  return unit.text(number, decimal(number));
}
