const MINUTE = 60;

/** How long the rest will take, from the cards so far. It only speaks when a card came, so that it never jumps about. */
export class Estimate {
  #began = null;
  #cards = 0;
  #now;

  /** @param {() => number} [now] milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** The model begins, or goes on after a pause. */
  begin() {
    this.#began = this.#now();
    this.#cards = 0;
  }

  /** One more card came, and so many are still to come. @param {number} left @returns {string} words, or none yet */
  card(left) {
    if (this.#began === null) return "";
    this.#cards += 1;
    return left > 0 ? timeLeft((((this.#now() - this.#began) / 1000) * left) / this.#cards) : "";
  }
}

/** @param {number} seconds @returns {string} */
export function timeLeft(seconds) {
  if (seconds < 0.75 * MINUTE) return "less than a minute left";
  if (seconds < 1.5 * MINUTE) return "about a minute left";
  if (seconds < 50 * MINUTE) return `about ${Math.round(seconds / MINUTE)} minutes left`;
  const hours = Math.round((2 * seconds) / (60 * MINUTE)) / 2;
  return hours <= 1 ? "about an hour left" : `about ${hours} hours left`;
}
