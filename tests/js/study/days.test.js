import assert from "node:assert/strict";
import { test } from "node:test";

import { StudyDays } from "../../../static/js/pages/study/scheduler.js";

const at = (text) => Date.parse(text);
const vienna = new StudyDays("Europe/Vienna", 4);

test("a time after midnight and before the start hour is in the previous study day", () => {
  assert.equal(vienna.dayOf(at("2026-01-10T22:59Z")), vienna.dayOf(at("2026-01-11T02:59Z")));
  assert.equal(vienna.between(at("2026-01-11T02:59Z"), at("2026-01-11T03:00Z")), 1);
});

test("a study day starts at its local hour in winter and in summer", () => {
  assert.equal(
    new Date(vienna.startOf(vienna.dayOf(at("2026-01-11T12:00Z")))).toISOString(),
    "2026-01-11T03:00:00.000Z",
  );
  assert.equal(
    new Date(vienna.startOf(vienna.dayOf(at("2026-07-11T12:00Z")))).toISOString(),
    "2026-07-11T02:00:00.000Z",
  );
});

test("every study day of a year includes its start but not the moment before", () => {
  for (const zone of ["Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]) {
    const days = new StudyDays(zone, 4);
    for (let day = 20_454; day < 20_820; day += 1) {
      assert.equal(days.dayOf(days.startOf(day)), day);
      assert.equal(days.dayOf(days.startOf(day) - 1), day - 1);
    }
  }
});

test("the number of days between a time and an earlier time is zero", () => {
  assert.equal(vienna.between(at("2026-01-11T12:00Z"), at("2026-01-08T12:00Z")), 0);
});
