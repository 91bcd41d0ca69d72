import assert from "node:assert/strict";
import { test } from "node:test";

import { downloading, inMegabytes } from "../../../static/js/engine/progress.js";

const report = (progress, text) => ({ progress, text });

test("binary megabytes of web-llm are converted to decimal megabytes", () => {
  const step = inMegabytes(
    report(0.5, "Fetching param cache[4/8]: 128MB fetched. 50% completed, 3 secs elapsed."),
    300,
  );
  assert.deepEqual(step, {
    phase: "download",
    loadedMb: 134.2,
    totalMb: 268.4,
    fraction: 0.5,
  });
});

test("the catalogue's size is the total before anything is downloaded", () => {
  assert.equal(inMegabytes(report(0, "Fetching param cache[0/8]: 0MB fetched."), 300).totalMb, 300);
});

test("loading a model from the browser's cache is in the start phase", () => {
  const step = inMegabytes(
    report(1, "Loading model from cache[8/8]: 257MB loaded. 100% completed, 3 secs elapsed."),
    300,
  );
  assert.equal(step.phase, "start");
  assert.equal(step.fraction, 1);
});

test("loading shader modules is a step of the start phase", () => {
  const step = inMegabytes(
    report(0.17, "Loading GPU shader modules[8/46]: 17% completed, 2 secs elapsed."),
    300,
  );
  assert.equal(step.phase, "start");
  assert.equal(step.fraction, 0.17);
  assert.equal(step.step, "shaders");
});

test("a download of unknown size has no total and no fraction", () => {
  assert.deepEqual(downloading(12.34, 0), {
    phase: "download",
    loadedMb: 12.3,
    totalMb: null,
    fraction: null,
  });
});

test("a download larger than its announced size has the fraction 1 and a larger total", () => {
  assert.equal(downloading(20, 10).fraction, 1);
  assert.equal(downloading(20, 10).loadedMb, 20);
  assert.equal(downloading(20, 10).totalMb, 20);
});
