import assert from "node:assert/strict";
import { test } from "node:test";

import {
  DownloadMeter,
  progressText,
  rateText,
  timeText,
} from "../../../static/js/pages/engine/panel-view.js";

const progressAt = (loadedMb) => ({ phase: "download", loadedMb, totalMb: 100 });

test("a steady download has a rate and a time left", () => {
  const meter = new DownloadMeter();
  for (const second of [0, 1, 2, 3]) meter.add(progressAt(5 * second), second);
  assert.deepEqual(meter.add(progressAt(20), 4), { rate: 5, secondsLeft: 16 });
});

test("stored parts at the start do not count in the download rate", () => {
  const meter = new DownloadMeter();
  meter.add(progressAt(10), 0);
  meter.add(progressAt(40), 0.1);
  meter.add(progressAt(60), 0.2);
  meter.add(progressAt(62), 1.2);
  assert.equal(meter.add(progressAt(64), 2.2).rate, 2);
});

test("a rate is null in the first second and outside the download phase", () => {
  const meter = new DownloadMeter();
  assert.equal(meter.add(progressAt(1), 0), null);
  assert.equal(meter.add(progressAt(2), 0.9), null);
  assert.equal(meter.add({ phase: "start", loadedMb: 100, totalMb: 100 }, 3), null);
});

test("a download without progress in the measured window has no rate", () => {
  const meter = new DownloadMeter();
  for (let second = 0; second <= 10; second++) meter.add(progressAt(4 * second), second);
  for (let second = 11; second < 30; second++) meter.add(progressAt(40), second);
  assert.equal(meter.add(progressAt(40), 30), null);
});

test("a download that slows down has the rate of the last ten seconds", () => {
  const meter = new DownloadMeter();
  for (let second = 0; second <= 10; second++) meter.add(progressAt(4 * second), second);
  for (let second = 11; second < 20; second++) meter.add(progressAt(30 + second), second);
  assert.deepEqual(meter.add(progressAt(50), 20), { rate: 1, secondsLeft: 50 });
});

test("a slow download with reports further apart than the measured window has a rate", () => {
  const meter = new DownloadMeter();
  meter.add(progressAt(1), 0);
  assert.deepEqual(meter.add(progressAt(6), 20), { rate: 0.25, secondsLeft: 376 });
  assert.deepEqual(meter.add(progressAt(10), 36), { rate: 0.25, secondsLeft: 360 });
});

test("a download of unknown size has a rate without a time left", () => {
  const meter = new DownloadMeter();
  meter.add({ phase: "download", loadedMb: 0, totalMb: null }, 0);
  assert.equal(
    rateText(meter.add({ phase: "download", loadedMb: 6, totalMb: null }, 2)),
    "3.0 MB/s",
  );
});

for (const [seconds, text] of [
  [0.2, "1 s"],
  [12.1, "13 s"],
  [54, "54 s"],
  [56, "1 min"],
  [61, "2 min"],
  [3600, "1.0 h"],
  [9000, "2.5 h"],
]) {
  test(`a time left of ${seconds} seconds is shown as ${text}`, () =>
    assert.equal(timeText(seconds), text));
}

test("the progress text has the phase and the numbers that are known", () => {
  assert.equal(
    progressText({ phase: "download", loadedMb: 45.4, totalMb: 98, fraction: 0.463 }),
    "Downloading 45 of 98 MB · 46 %",
  );
  assert.equal(
    progressText({ phase: "download", loadedMb: 0, totalMb: 98, fraction: 0 }),
    "Downloading",
  );
  assert.equal(
    progressText({ phase: "start", loadedMb: 98, totalMb: 98, fraction: null }),
    "Starting the model",
  );
  assert.equal(
    progressText({
      phase: "start",
      step: "shaders",
      loadedMb: 98,
      totalMb: 98,
      fraction: 0.5,
    }),
    "Preparing the graphics card · 50 %",
  );
});
