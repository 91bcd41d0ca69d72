import { counted } from "../format.js";

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
const UNITS = [
  { seconds: 365 * DAY, short: "y", word: "year" },
  { seconds: 30.4 * DAY, short: "mo", word: "month" },
  { seconds: DAY, short: "d", word: "day" },
  { seconds: HOUR, short: "h", word: "hour" },
  { seconds: MINUTE, short: "min", word: "minute" },
];

/** A span in one unit, with a tenth for the long ones. @param {number} seconds */
function measured(seconds) {
  const unit = UNITS.find((one) => seconds >= one.seconds * 0.995) ?? UNITS.at(-1);
  const number = seconds / unit.seconds;
  const isLong = unit.seconds > DAY && number < 10;
  return { unit, number: Math.max(1, isLong ? Math.round(number * 10) / 10 : Math.round(number)) };
}

/** @param {number} seconds @returns {string} as on a button: "10 min", "3 d", "1.4 y" */
export function shortSpan(seconds) {
  const { unit, number } = measured(seconds);
  return `${number} ${unit.short}`;
}

/** @param {number} seconds @returns {string} as said aloud: "10 minutes", "3 days" */
export function span(seconds) {
  const { unit, number } = measured(seconds);
  return Number.isInteger(number) ? counted(number, unit.word) : `${number} ${unit.word}s`;
}
