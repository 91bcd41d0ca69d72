import { counted, integer } from "../lib/format.js";

/** @typedef {import("../progress/chart.js").Plot} Plot */
/**
 * @typedef {object} Point the figures of one step of time
 * @property {string} at when it begins
 * @property {Record<string, number>} outcomes by state
 * @property {Record<string, number>} failures by code
 * @property {{count: number, median: number|null, p95: number|null}} firstCard seconds
 * @property {Record<string, number>} speeds tokens a second by model
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
  const total = sum(points.map(asked));
  const each = STATES.map(
    ({ key, name }) => `${name.toLowerCase()} ${integer(sum(of(points, "outcomes", key)))}`,
  ).join(", ");
  return stacked(points, span, "outcomes", STATES, {
    words: `Generations asked for in the last ${SPANS[span]}: ${integer(total)} in all; ${each}.`,
    none: total ? undefined : "Nothing was asked for in this time.",
  });
}

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function failuresChart(points, span) {
  const codes = keysOf(points, "failures").map((key, place) => ({
    key,
    name: key,
    color: COLORS[place % COLORS.length],
  }));
  const each = codes
    .map(({ key }) => `${key} ${integer(sum(of(points, "failures", key)))}`)
    .join(", ");
  return stacked(points, span, "failures", codes, {
    words: `Failures by code in the last ${SPANS[span]}: ${each || "none"}.`,
    none: codes.length ? undefined : "Nothing failed in this time.",
  });
}

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function firstCardChart(points, span) {
  const known = points.filter(({ firstCard }) => firstCard.count);
  const lines = [
    { key: "median", name: "Median", color: "--accent" },
    { key: "p95", name: "95 of 100", color: "--hard" },
  ];
  const worst = Math.max(...known.map(({ firstCard }) => firstCard.p95));
  return {
    ...lined(points, span, "firstCard", lines),
    words: known.length
      ? `Seconds from the request to the first card, in the last ${SPANS[span]}: median ${number.format(known.at(-1).firstCard.median)} lately; 95 of 100 within ${number.format(worst)} at the worst.`
      : "No first card in this time.",
    none: known.length ? undefined : "No first card in this time.",
  };
}

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function speedsChart(points, span) {
  const models = keysOf(points, "speeds").map((key, place) => ({
    key,
    name: key,
    color: COLORS[place % COLORS.length],
  }));
  const each = models
    .map(
      ({ key }) =>
        `${key} ${number.format(of(points, "speeds", key).findLast((speed) => speed !== null))}`,
    )
    .join(", ");
  return {
    ...lined(points, span, "speeds", models),
    words: `Tokens a second by model, as measured last in the last ${SPANS[span]}: ${each || "none"}.`,
    none: models.length ? undefined : "No engine told its speed in this time.",
  };
}

/** @param {Point[]} points @param {string} span @returns {Plot} */
export function hitsChart(points, span) {
  const hits = sum(points.map((point) => point.hits));
  const all = hits + sum(points.map(asked));
  const share = all ? Math.round((hits / all) * 100) : 0;
  const kinds = [
    { key: "hits", name: "From the cache", color: "--accent" },
    { key: "asked", name: "Computed", color: "--new" },
  ];
  const values = { hits: points.map((point) => point.hits), asked: points.map(asked) };
  return {
    ...frame(points, span),
    series: kinds.map(({ key, name, color }) => ({
      name,
      color,
      values: values[key],
      kind: "bars",
    })),
    words: `Requests answered from the cache in the last ${SPANS[span]}: ${counted(hits, "hit")} of ${integer(all)}, ${share} %.`,
    none: all ? undefined : "Nothing was asked for in this time.",
    table: table(points, span, kinds, (key, place) => integer(values[key][place])),
  };
}

function stacked(points, span, group, kinds, words) {
  const series = kinds.map(({ key, name, color }) => ({
    name,
    color,
    values: of(points, group, key).map((value) => value ?? 0),
    kind: "bars",
  }));
  return {
    ...frame(points, span),
    series,
    ...words,
    table: table(points, span, kinds, (key, place) => integer(points[place][group][key] ?? 0)),
  };
}

function lined(points, span, group, kinds) {
  const shown = (value) => (value === null || value === undefined ? "–" : number.format(value));
  return {
    ...frame(points, span),
    axis: { isFine: true },
    series: kinds.map(({ key, name, color }) => ({
      name,
      color,
      values: of(points, group, key),
      kind: "line",
    })),
    table: table(points, span, kinds, (key, place) => shown(points[place][group][key])),
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
  const rows = points.map(({ at }, place) => [
    FORMATS[span].format(new Date(at)),
    ...kinds.map(({ key }) => value(key, place)),
  ]);
  return { head: ["Time (UTC)", ...kinds.map(({ name }) => name)], rows: rows.reverse() };
}

/** @returns {(number|null)[]} */
function of(points, group, key) {
  return points.map((point) => point[group][key] ?? null);
}

/** Those that occur, the most frequent first. */
function keysOf(points, group) {
  const total = (key) => sum(of(points, group, key));
  return [...new Set(points.flatMap((point) => Object.keys(point[group])))].sort(
    (one, other) => total(other) - total(one),
  );
}

function asked({ outcomes }) {
  return sum(Object.values(outcomes));
}

function sum(numbers) {
  return numbers.reduce((whole, each) => whole + (each ?? 0), 0);
}
