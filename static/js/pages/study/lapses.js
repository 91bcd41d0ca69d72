/**
 * A card becomes a leech when it was forgotten this many times, and again after each STEP more. The
 * first number is LEECH_LAPSES in flashcards/scheduling.py, too.
 */
const LAPSES = 8;
const STEP = 4;

/**
 * Return whether the user is offered to rewrite a card that they have forgotten again.
 * @param {number} lapseCount how many times the card was forgotten, with this one
 */
export function becomesLeech(lapseCount) {
  return lapseCount >= LAPSES && (lapseCount - LAPSES) % STEP === 0;
}
