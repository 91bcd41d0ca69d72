import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { detectWebGPU } from "../../../static/js/engine/capabilities.js";

const ADAPTER = {
  info: { vendor: "nvidia", architecture: "hopper" },
  features: new Set(["shader-f16"]),
  limits: {},
};
const originals = new Map();

function setGlobal(name, value) {
  originals.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** Install a browser whose requests for an adapter have these results, one after the other. */
function setAdapters(results) {
  const requests = [];
  const requestAdapter = async (options) => {
    requests.push(options);
    return results[requests.length - 1];
  };
  setGlobal("isSecureContext", true);
  setGlobal("navigator", { gpu: { requestAdapter }, userAgent: "", maxTouchPoints: 0 });
  return requests;
}

beforeEach((context) => context.mock.timers.enable({ apis: ["setTimeout"] }));

afterEach((context) => {
  context.mock.timers.reset();
  for (const [name, descriptor] of originals)
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    else delete globalThis[name];
  originals.clear();
});

/** Let the promises of the code under test settle. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("an adapter that is missing at first is requested again after half a second", async (t) => {
  const requests = setAdapters([null, ADAPTER]);
  const detection = detectWebGPU();
  await settle();
  assert.equal(requests.length, 1);
  t.mock.timers.tick(499);
  await settle();
  assert.equal(requests.length, 1);
  t.mock.timers.tick(1);
  const { adapter, facts } = await detection;
  assert.deepEqual(requests, Array(2).fill({ powerPreference: "high-performance" }));
  assert.equal(adapter.vendor, "nvidia");
  assert.equal(facts.adapter, "hardware");
});

test("an adapter that is there is requested once", async () => {
  const requests = setAdapters([ADAPTER]);
  assert.equal((await detectWebGPU()).facts.adapter, "hardware");
  assert.equal(requests.length, 1);
});

test("a computer without an adapter is asked twice and reported as such", async (t) => {
  const requests = setAdapters([null, null]);
  const detection = detectWebGPU();
  await settle();
  t.mock.timers.tick(500);
  assert.equal((await detection).facts.adapter, "none");
  assert.equal(requests.length, 2);
});
