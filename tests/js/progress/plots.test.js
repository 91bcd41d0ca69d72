import assert from "node:assert/strict";
import { test } from "node:test";

import {
  forecastChart,
  retentionChart,
  reviewsChart,
} from "../../../static/js/pages/progress/plots.js";

const day = (
  name,
  {
    again = 0,
    hard = 0,
    good = 0,
    easy = 0,
    asked: reviewCount = 0,
    recalled = 0,
    retention = null,
  } = {},
) => {
  return {
    day: name,
    again,
    hard,
    good,
    easy,
    total: again + hard + good + easy,
    asked: reviewCount,
    recalled,
    retention,
  };
};

test("the forecast describes today, tomorrow, the total and the fullest day", () => {
  const plot = forecastChart([
    { day: "2026-03-10", count: 3 },
    { day: "2026-03-11", count: 9 },
    { day: "2026-03-12", count: 0 },
  ]);
  assert.equal(
    plot.description,
    "Cards due in the next 3 days: 3 today, 9 tomorrow, 12 in all. The most on Mar 11: 9.",
  );
  assert.deepEqual(plot.table.rows[1], ["Mar 11", "9"]);
  assert.equal(plot.none, undefined);
});

test("an empty forecast has an explanation", () => {
  assert.match(
    forecastChart([
      { day: "2026-03-10", count: 0 },
      { day: "2026-03-11", count: 0 },
    ]).none,
    /Nothing is planned/,
  );
});

test("reviews are described by rating, and the table starts with the newest day", () => {
  const plot = reviewsChart([
    day("2026-03-09", { good: 4 }),
    day("2026-03-10", { again: 1, easy: 2 }),
  ]);
  assert.equal(
    plot.description,
    "Reviews in the last 2 days: 7 in all (Again 1, Hard 0, Good 4, Easy 2), 3 of them today. The most on Mar 9: 4.",
  );
  assert.deepEqual(plot.table.rows[0], ["Mar 10", "1", "0", "0", "2", "3"]);
  assert.deepEqual(
    plot.series.map(({ name, values }) => [name, values]),
    [
      ["Again", [0, 1]],
      ["Hard", [0, 0]],
      ["Good", [4, 0]],
      ["Easy", [0, 2]],
    ],
  );
});

test("retention is plotted with its target, and days without reviews are gaps", () => {
  const plot = retentionChart(
    [day("2026-03-09", { asked: 4, recalled: 3, retention: 0.75 }), day("2026-03-10")],
    0.9,
  );
  assert.deepEqual(
    plot.series.map(({ values }) => values),
    [
      [0.75, null],
      [0.9, 0.9],
    ],
  );
  assert.match(plot.description, /75 % lately/);
  assert.deepEqual(plot.table.rows, [
    ["Mar 10", "0", "0", "–"],
    ["Mar 9", "4", "3", "75 %"],
  ]);
});
