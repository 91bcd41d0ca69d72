import assert from "node:assert/strict";
import { test } from "node:test";

import { shortSpan, span } from "../../../static/js/pages/study/scheduler.js";

const DAY = 86_400;

test("short spans have one unit, with one decimal in months and years", () => {
  const texts = [
    60,
    330,
    600,
    5 * 3600,
    DAY,
    3 * DAY,
    45 * DAY,
    365 * DAY,
    500 * DAY,
    20 * 365 * DAY,
  ].map(shortSpan);
  assert.deepEqual(texts, [
    "1 min",
    "6 min",
    "10 min",
    "5 h",
    "1 d",
    "3 d",
    "1.5 mo",
    "1 y",
    "1.4 y",
    "20 y",
  ]);
});

test("spans have their unit written out", () => {
  assert.deepEqual([60, 600, DAY, 3 * DAY, 45 * DAY].map(span), [
    "1 minute",
    "10 minutes",
    "1 day",
    "3 days",
    "1.5 months",
  ]);
});
