import { gettext, language, ngettext, pgettext } from "../../client/i18n.js";
import { integer } from "../lib/format.js";

/** @typedef {import("../progress/chart.js").Plot} Plot */
/**
 * @typedef {object} Point the statistics of one interval
 * @property {string} at the start of the interval
 * @property {Record<string, number>} outcomes by state
 * @property {Record<string, number>} failures by code
 * @property {{count: number, median: number|null, p95: number|null}} firstCard in seconds
 * @property {Record<string, number>} speeds tokens per second, by model
 * @property {number} hits
 */

const COLORS = ["--accent", "--new", "--hard", "--danger", "--warning", "--muted"];
const STATES = [
  { key: "succeeded", name: pgettext("generations", "Succeeded"), color: "--accent" },
  { key: "failed", name: pgettext("generations", "Failed"), color: "--danger" },
  { key: "cancelled", name: pgettext("generations", "Cancelled"), color: "--hard" },
  { key: "queued", name: pgettext("generations", "Queued"), color: "--new" },
  { key: "leased", name: pgettext("generations", "Leased"), color: "--muted" },
];
const SPANS = {
  // Translators: follows “in the last”.
  "24h": gettext("24 hours"),
  // Translators: follows “in the last”.
  "7d": gettext("7 days"),
  // Translators: follows “in the last”.
  "30d": gettext("30 days"),
};
const hour = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: "UTC",
});
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
const dayAndHour = new Intl.DateTimeFormat(language, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  hourCycle: "h23",
  timeZone: "UTC",
});
const FORMATS = { "24h": hour, "7d": dayAndHour, "30d": day };
const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
const lists = new Intl.ListFormat(language, { type: "unit" });
const TIME = gettext("Time (UTC)");

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function outcomesChart(points, span) {
  const total = sum(points.map(requestCount));
  const sums = Object.fromEntries(
    STATES.map(({ key }) => [key, integer(sum(of(points, "outcomes", key)))]),
  );
  return stackedPlot(points, span, "outcomes", STATES, {
    description: gettext(
      "Generations asked for in the last %(span)s: %(total)s in all; succeeded %(succeeded)s, failed %(failed)s, cancelled %(cancelled)s, queued %(queued)s, leased %(leased)s.",
      { span: SPANS[span], total: integer(total), ...sums },
    ),
    none: total ? undefined : gettext("Nothing was asked for in this time."),
  });
}

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function failuresChart(points, span) {
  const codes = keysOf(points, "failures").map((key, index) => ({
    key,
    name: key,
    color: COLORS[index % COLORS.length],
  }));
  const failures = lists.format(
    codes.map(({ key }) => `${key} ${integer(sum(of(points, "failures", key)))}`),
  );
  return stackedPlot(points, span, "failures", codes, {
    description: codes.length
      ? gettext("Failures by code in the last %(span)s: %(failures)s.", {
          span: SPANS[span],
          failures,
        })
      : gettext("Failures by code in the last %(span)s: none.", { span: SPANS[span] }),
    none: codes.length ? undefined : gettext("Nothing failed in this time."),
  });
}

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function firstCardChart(points, span) {
  const measured = points.filter(({ firstCard }) => firstCard.count);
  const lines = [
    { key: "median", name: gettext("Median"), color: "--accent" },
    { key: "p95", name: gettext("95 of 100"), color: "--hard" },
  ];
  const worst = Math.max(...measured.map(({ firstCard }) => firstCard.p95));
  return {
    ...linePlot(points, span, "firstCard", lines),
    description: measured.length
      ? gettext(
          "Seconds from the request to the first card, in the last %(span)s: median %(median)s lately; 95 of 100 within %(worst)s at the worst.",
          {
            span: SPANS[span],
            median: number.format(measured.at(-1).firstCard.median),
            worst: number.format(worst),
          },
        )
      : gettext("No first card in this time."),
    none: measured.length ? undefined : gettext("No first card in this time."),
  };
}

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function speedsChart(points, span) {
  const models = keysOf(points, "speeds").map((key, index) => ({
    key,
    name: key,
    color: COLORS[index % COLORS.length],
  }));
  const speeds = lists.format(
    models.map(
      ({ key }) =>
        `${key} ${number.format(of(points, "speeds", key).findLast((speed) => speed !== null))}`,
    ),
  );
  return {
    ...linePlot(points, span, "speeds", models),
    description: models.length
      ? gettext("Tokens a second by model, as measured last in the last %(span)s: %(speeds)s.", {
          span: SPANS[span],
          speeds,
        })
      : gettext("Tokens a second by model, as measured last in the last %(span)s: none.", {
          span: SPANS[span],
        }),
    none: models.length ? undefined : gettext("No engine told its speed in this time."),
  };
}

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function hitsChart(points, span) {
  const hits = sum(points.map((point) => point.hits));
  const all = hits + sum(points.map(requestCount));
  const share = all ? Math.round((hits / all) * 100) : 0;
  const kinds = [
    { key: "hits", name: gettext("From the cache"), color: "--accent" },
    { key: "computed", name: pgettext("generations", "Computed"), color: "--new" },
  ];
  const values = { hits: points.map((point) => point.hits), computed: points.map(requestCount) };
  return {
    ...frame(points, span),
    series: kinds.map(({ key, name, color }) => ({
      name,
      color,
      values: values[key],
      kind: "bars",
    })),
    description: ngettext(
      "Requests answered from the cache in the last %(span)s: %(count)s hit of %(total)s, %(percent)s %%.",
      "Requests answered from the cache in the last %(span)s: %(count)s hits of %(total)s, %(percent)s %%.",
      hits,
      { span: SPANS[span], total: integer(all), percent: share },
    ),
    none: all ? undefined : gettext("Nothing was asked for in this time."),
    table: table(points, span, kinds, (key, index) => integer(values[key][index])),
  };
}

function stackedPlot(points, span, group, kinds, texts) {
  const series = kinds.map(({ key, name, color }) => ({
    name,
    color,
    values: of(points, group, key).map((value) => value ?? 0),
    kind: "bars",
  }));
  return {
    ...frame(points, span),
    series,
    ...texts,
    table: table(points, span, kinds, (key, index) => integer(points[index][group][key] ?? 0)),
  };
}

function linePlot(points, span, group, kinds) {
  const formatted = (value) => (value === null || value === undefined ? "–" : number.format(value));
  return {
    ...frame(points, span),
    axis: { isFine: true },
    series: kinds.map(({ key, name, color }) => ({
      name,
      color,
      values: of(points, group, key),
      kind: "line",
    })),
    table: table(points, span, kinds, (key, index) => formatted(points[index][group][key])),
  };
}

function frame(points, span) {
  return {
    labels: points.map(({ at }) => FORMATS[span].format(new Date(at))),
    step: TIME,
    axis: {},
  };
}

function table(points, span, kinds, value) {
  const rows = points.map(({ at }, index) => [
    FORMATS[span].format(new Date(at)),
    ...kinds.map(({ key }) => value(key, index)),
  ]);
  return { head: [TIME, ...kinds.map(({ name }) => name)], rows: rows.reverse() };
}

/** @returns {(number|null)[]} */
function of(points, group, key) {
  return points.map((point) => point[group][key] ?? null);
}

/** Return the keys of a group, sorted by their totals with the highest first. */
function keysOf(points, group) {
  const total = (key) => sum(of(points, group, key));
  return [...new Set(points.flatMap((point) => Object.keys(point[group])))].sort(
    (first, second) => total(second) - total(first),
  );
}

function requestCount({ outcomes }) {
  return sum(Object.values(outcomes));
}

function sum(numbers) {
  return numbers.reduce((total, value) => total + (value ?? 0), 0);
}
