import { integer, pluralize } from "../lib/format.js";

/** @typedef {import("./chart.js").Plot} Plot */

const RATINGS = [
  { key: "again", name: "Again", color: "--danger" },
  { key: "hard", name: "Hard", color: "--hard" },
  { key: "good", name: "Good", color: "--accent" },
  { key: "easy", name: "Easy", color: "--new" },
];
const shortDay = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
const share = (value) => `${Math.round(value * 100)} %`;

/** @param {string} day such as 2026-03-10 */
function dayName(day) {
  return shortDay.format(new Date(`${day}T00:00Z`));
}

/** @param {{day: string, count: number}[]} forecast @returns {Plot} */
export function forecastChart(forecast) {
  const values = forecast.map(({ count }) => count);
  const total = sum(values);
  return {
    labels: forecast.map(({ day }) => dayName(day)),
    series: [{ name: "Due", color: "--accent", values, kind: "bars" }],
    axis: {},
    description: `Cards due in the next ${forecast.length} days: ${integer(values[0])} today, ${integer(values[1])} tomorrow, ${integer(total)} in all.${mostText(forecast, "count")}`,
    none: total ? undefined : "Nothing is planned yet. Study some cards, and this fills.",
    table: {
      head: ["Day", "Cards due"],
      rows: forecast.map(({ day, count }) => [dayName(day), integer(count)]),
    },
  };
}

/** @param {any[]} days @returns {Plot} */
export function reviewsChart(days) {
  const total = sum(days.map((day) => day.total));
  const each = RATINGS.map(
    ({ key, name }) => `${name} ${integer(sum(days.map((day) => day[key])))}`,
  ).join(", ");
  return {
    labels: days.map(({ day }) => dayName(day)),
    series: RATINGS.map(({ key, name, color }) => ({
      name,
      color,
      values: days.map((day) => day[key]),
      kind: "bars",
    })),
    axis: {},
    description: `Reviews in the last ${days.length} days: ${integer(total)} in all (${each}), ${integer(days.at(-1).total)} of them today.${mostText(days, "total")}`,
    none: total ? undefined : "No reviews in this time.",
    table: {
      head: ["Day", ...RATINGS.map(({ name }) => name), "All"],
      rows: newestFirst(days).map((day) => [
        dayName(day.day),
        ...RATINGS.map(({ key }) => integer(day[key])),
        integer(day.total),
      ]),
    },
  };
}

/** @param {any[]} days @param {number} aim 0 to 1 @returns {Plot} */
export function retentionChart(days, aim) {
  const values = days.map(({ retention }) => retention);
  const measured = values.filter((value) => value !== null);
  return {
    labels: days.map(({ day }) => dayName(day)),
    series: [
      { name: "Remembered", color: "--accent", values, kind: "line" },
      { name: "Aim", color: "--muted", values: days.map(() => aim), kind: "aim" },
    ],
    axis: { isShare: true },
    description: measured.length
      ? retentionText(days, measured, aim)
      : "Nothing to tell yet of what is remembered.",
    none: measured.length
      ? undefined
      : "This begins when cards that you have learned come up again.",
    table: {
      head: ["Day", "Asked", "Known", "Over 7 days"],
      rows: newestFirst(days).map(retentionRow),
    },
  };
}

function retentionText(days, measured, aim) {
  const reviewCount = pluralize(sum(days.map((day) => day.asked)), "learned card");
  const span = `between ${share(Math.min(...measured))} and ${share(Math.max(...measured))}`;
  return `Remembered of ${reviewCount} asked: ${share(measured.at(-1))} lately, ${span} over the time; the aim is ${share(aim)}.`;
}

function retentionRow({ day, asked: reviewCount, recalled, retention }) {
  return [
    dayName(day),
    integer(reviewCount),
    integer(recalled),
    retention === null ? "–" : share(retention),
  ];
}

function sum(numbers) {
  return numbers.reduce((whole, number) => whole + number, 0);
}

function newestFirst(days) {
  return [...days].reverse();
}

/** Return a text that names the day with the highest value. */
function mostText(rows, key) {
  const top = rows.reduce((best, row) => (row[key] > best[key] ? row : best));
  return top[key] ? ` The most on ${dayName(top.day)}: ${integer(top[key])}.` : "";
}
