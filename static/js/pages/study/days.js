const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Days as a learner has them: they begin at an hour of the learner's own, in the learner's zone. The server's twin: study_days.py. */
export class StudyDays {
  #clock;
  #beginsAtMs;

  /** @param {string} zone as browsers name it @param {number} beginsAtHour 0 to 23 */
  constructor(zone, beginsAtHour) {
    const digits = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
    this.#clock = new Intl.DateTimeFormat("en", { ...digits, timeZone: zone, hourCycle: "h23" });
    this.#beginsAtMs = beginsAtHour * HOUR_MS;
  }

  /** @param {number} moment in ms @returns {number} the study day's number */
  dayOf(moment) {
    return Math.floor((this.#wallClock(moment) - this.#beginsAtMs) / DAY_MS);
  }

  /** @param {number} day its number @returns {number} its first moment, in ms */
  startOf(day) {
    const wanted = day * DAY_MS + this.#beginsAtMs;
    const near = wanted - (this.#wallClock(wanted) - wanted);
    return near - (this.#wallClock(near) - wanted); // once more, where clocks change in between
  }

  /** How many study days lie between two moments, never less than none. @param {number} earlier @param {number} later */
  between(earlier, later) {
    return Math.max(0, this.dayOf(later) - this.dayOf(earlier));
  }

  /** What clocks on the wall show, as if it were UTC. */
  #wallClock(moment) {
    const shown = Object.fromEntries(this.#clock.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second);
  }
}
