import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FSRSAlgorithm } from "ts-fsrs";

import { Scheduler, StudyDays } from "../../../static/js/pages/study/scheduler.js";

const { scheduling, cases } = JSON.parse(
  readFileSync(new URL("../../contract/scheduling_cases.json", import.meta.url), "utf8"),
);
const isClose = (actual, expected) =>
  Math.abs(actual - expected) <= 1e-4 * Math.max(1, Math.abs(expected));

for (const [number, { zone, hour, desiredRetention, start, steps }] of cases.entries()) {
  test(`review history ${number + 1} is scheduled as in the table`, () => {
    const scheduler = new Scheduler(
      FSRSAlgorithm,
      { ...scheduling, desiredRetention },
      new StudyDays(zone, hour),
    );
    let schedule = null;
    let now = Date.parse(start);
    for (const { rating, minutes, ...expected } of steps) {
      now += minutes * 60_000;
      const preview = scheduler.previews(schedule, now)[rating];
      schedule = scheduler.rate(schedule, rating, now);
      assert.equal(schedule.state, expected.state);
      assert.equal(schedule.step, expected.step);
      assert.ok(
        isClose(schedule.stability, expected.stability),
        `stability ${schedule.stability} ${expected.stability}`,
      );
      assert.ok(
        isClose(schedule.difficulty, expected.difficulty),
        `difficulty ${schedule.difficulty} ${expected.difficulty}`,
      );
      assert.equal(new Date(schedule.dueAt).toISOString(), new Date(expected.dueAt).toISOString());
      assert.equal(scheduler.interval(schedule), expected.intervalSeconds);
      assert.equal(preview, expected.intervalSeconds);
    }
  });
}
