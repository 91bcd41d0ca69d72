import { gettext, language, ngettext, pgettext } from "../../client/i18n.js";
import { integer } from "../lib/format.js";
import { share } from "./chart.js";

/** @typedef {import("./chart.js").Plot} Plot */

const RATINGS = [
  { key: "again", name: pgettext("rating", "Again"), color: "--danger" },
  { key: "hard", name: pgettext("rating", "Hard"), color: "--hard" },
  { key: "good", name: pgettext("rating", "Good"), color: "--accent" },
  { key: "easy", name: pgettext("rating", "Easy"), color: "--new" },
];
const shortDay = new Intl.DateTimeFormat(language, {
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});
const lists = new Intl.ListFormat(language, { type: "unit" });

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
    series: [{ name: pgettext("cards", "Due"), color: "--accent", values, kind: "bars" }],
    axis: {},
    description: withMost(
      ngettext(
        "Cards due in the next %(count)s days: %(today)s today, %(tomorrow)s tomorrow, %(total)s in all.",
        "Cards due in the next %(count)s days: %(today)s today, %(tomorrow)s tomorrow, %(total)s in all.",
        forecast.length,
        { today: integer(values[0]), tomorrow: integer(values[1]), total: integer(total) },
      ),
      forecast,
      "count",
    ),
    none: total ? undefined : gettext("Nothing is planned yet. Study some cards, and this fills."),
    table: {
      head: [gettext("Day"), gettext("Cards due")],
      rows: forecast.map(({ day, count }) => [dayName(day), integer(count)]),
    },
  };
}

/** @param {any[]} days @returns {Plot} */
export function reviewsChart(days) {
  const total = sum(days.map((day) => day.total));
  const ratings = lists.format(
    RATINGS.map(({ key, name }) => `${name} ${integer(sum(days.map((day) => day[key])))}`),
  );
  return {
    labels: days.map(({ day }) => dayName(day)),
    series: RATINGS.map(({ key, name, color }) => ({
      name,
      color,
      values: days.map((day) => day[key]),
      kind: "bars",
    })),
    axis: {},
    description: withMost(
      ngettext(
        "Reviews in the last %(count)s days: %(total)s in all (%(ratings)s), %(today)s of them today.",
        "Reviews in the last %(count)s days: %(total)s in all (%(ratings)s), %(today)s of them today.",
        days.length,
        { total: integer(total), ratings, today: integer(days.at(-1).total) },
      ),
      days,
      "total",
    ),
    none: total ? undefined : gettext("No reviews in this time."),
    table: {
      head: [gettext("Day"), ...RATINGS.map(({ name }) => name), pgettext("ratings", "All")],
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
      { name: pgettext("cards", "Remembered"), color: "--accent", values, kind: "line" },
      {
        name: pgettext("retention", "Aim"),
        color: "--muted",
        values: days.map(() => aim),
        kind: "aim",
      },
    ],
    axis: { isShare: true },
    description: measured.length
      ? retentionText(days, measured, aim)
      : gettext("Nothing to tell yet of what is remembered."),
    none: measured.length
      ? undefined
      : gettext("This begins when cards that you have learned come up again."),
    table: {
      head: [
        gettext("Day"),
        pgettext("cards", "Asked"),
        pgettext("cards", "Known"),
        gettext("Over 7 days"),
      ],
      rows: newestFirst(days).map(retentionRow),
    },
  };
}

function retentionText(days, measured, aim) {
  return ngettext(
    "Remembered of %(count)s learned card asked: %(latest)s lately, between %(lowest)s and %(highest)s over the time; the aim is %(aim)s.",
    "Remembered of %(count)s learned cards asked: %(latest)s lately, between %(lowest)s and %(highest)s over the time; the aim is %(aim)s.",
    sum(days.map((day) => day.asked)),
    {
      latest: share(measured.at(-1)),
      lowest: share(Math.min(...measured)),
      highest: share(Math.max(...measured)),
      aim: share(aim),
    },
  );
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

/** Add a sentence that names the day with the highest value. */
function withMost(text, rows, key) {
  const top = rows.reduce((best, row) => (row[key] > best[key] ? row : best));
  if (!top[key]) return text;
  const most = { day: dayName(top.day), number: integer(top[key]) };
  return `${text} ${gettext("The most on %(day)s: %(number)s.", most)}`;
}
