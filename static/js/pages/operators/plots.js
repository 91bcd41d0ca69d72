import { integer, pluralize } from "../lib/format.js";

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
  { key: "succeeded", name: "Succeeded", color: "--accent" },
  { key: "failed", name: "Failed", color: "--danger" },
  { key: "cancelled", name: "Cancelled", color: "--hard" },
  { key: "queued", name: "Queued", color: "--new" },
  { key: "leased", name: "Leased", color: "--muted" },
];
const SPANS = { "24h": "24 hours", "7d": "7 days", "30d": "30 days" };
const hour = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: "UTC",
});
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
const dayAndHour = new Intl.DateTimeFormat("en", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  hourCycle: "h23",
  timeZone: "UTC",
});
const FORMATS = { "24h": hour, "7d": dayAndHour, "30d": day };
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function outcomesChart(points, span) {
  const total = sum(points.map(requestCount));
  const summary = STATES.map(
    ({ key, name }) => `${name.toLowerCase()} ${integer(sum(of(points, "outcomes", key)))}`,
  ).join(", ");
  return stackedPlot(points, span, "outcomes", STATES, {
    description: `Generations asked for in the last ${SPANS[span]}: ${integer(total)} in all; ${summary}.`,
    none: total ? undefined : "Nothing was asked for in this time.",
  });
}

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function failuresChart(points, span) {
  const codes = keysOf(points, "failures").map((key, index) => ({
    key,
    name: key,
    color: COLORS[index % COLORS.length],
  }));
  const summary = codes
    .map(({ key }) => `${key} ${integer(sum(of(points, "failures", key)))}`)
    .join(", ");
  return stackedPlot(points, span, "failures", codes, {
    description: `Failures by code in the last ${SPANS[span]}: ${summary || "none"}.`,
    none: codes.length ? undefined : "Nothing failed in this time.",
  });
}

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function firstCardChart(points, span) {
  const measured = points.filter(({ firstCard }) => firstCard.count);
  const lines = [
    { key: "median", name: "Median", color: "--accent" },
    { key: "p95", name: "95 of 100", color: "--hard" },
  ];
  const worst = Math.max(...measured.map(({ firstCard }) => firstCard.p95));
  return {
    ...linePlot(points, span, "firstCard", lines),
    description: measured.length
      ? `Seconds from the request to the first card, in the last ${SPANS[span]}: median ${number.format(measured.at(-1).firstCard.median)} lately; 95 of 100 within ${number.format(worst)} at the worst.`
      : "No first card in this time.",
    none: measured.length ? undefined : "No first card in this time.",
  };
}

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function speedsChart(points, span) {
  const models = keysOf(points, "speeds").map((key, index) => ({
    key,
    name: key,
    color: COLORS[index % COLORS.length],
  }));
  const summary = models
    .map(
      ({ key }) =>
        `${key} ${number.format(of(points, "speeds", key).findLast((speed) => speed !== null))}`,
    )
    .join(", ");
  return {
    ...linePlot(points, span, "speeds", models),
    description: `Tokens a second by model, as measured last in the last ${SPANS[span]}: ${summary || "none"}.`,
    none: models.length ? undefined : "No engine told its speed in this time.",
  };
}

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function hitsChart(points, span) {
  const hits = sum(points.map((point) => point.hits));
  const all = hits + sum(points.map(requestCount));
  const share = all ? Math.round((hits / all) * 100) : 0;
  const kinds = [
    { key: "hits", name: "From the cache", color: "--accent" },
    { key: "computed", name: "Computed", color: "--new" },
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
    description: `Requests answered from the cache in the last ${SPANS[span]}: ${pluralize(hits, "hit")} of ${integer(all)}, ${share} %.`,
    none: all ? undefined : "Nothing was asked for in this time.",
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
    step: "Time (UTC)",
    axis: {},
  };
}

function table(points, span, kinds, value) {
  const rows = points.map(({ at }, index) => [
    FORMATS[span].format(new Date(at)),
    ...kinds.map(({ key }) => value(key, index)),
  ]);
  return { head: ["Time (UTC)", ...kinds.map(({ name }) => name)], rows: rows.reverse() };
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
