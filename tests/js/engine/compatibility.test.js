import assert from "node:assert/strict";
import { test } from "node:test";

import { assessFit } from "../../../static/js/pages/engine/compatibility.js";

const GB = 2 ** 30;
const LIMITS = {
  maxBufferSize: 2 * GB,
  maxStorageBufferBindingSize: GB,
  maxComputeWorkgroupStorageSize: 32768,
};
const card = (limits = {}, overrides = {}) => ({
  available: true,
  adapter: { features: [], limits: { ...LIMITS, ...limits }, ...overrides },
});
const wasm = { available: true, isCompat: false };
const device = (overrides = {}) => ({
  engines: { webgpu: card(), wasm },
  storage: { usedMb: 0, quotaMb: 100_000 },
  memoryGb: 8,
  ...overrides,
});
const llama = { engine: "webllm", downloadMb: 700, vramMb: 900, features: [] };
const gguf = { engine: "wllama", downloadMb: 98, vramMb: null, features: [] };

/** Description, model, device, stored MB, state, expected text. */
const CASES = [
  ["a small model on a good card", llama, device(), 0, "fits", /fits/],
  [
    "a GGUF on any processor",
    gguf,
    device({ engines: { webgpu: { available: false }, wasm } }),
    0,
    "fits",
    /fits/,
  ],
  [
    "no WebGPU",
    llama,
    device({ engines: { webgpu: { available: false }, wasm } }),
    0,
    "no",
    /needs WebGPU/,
  ],
  [
    "no WebAssembly",
    gguf,
    device({ engines: { webgpu: card(), wasm: { available: false } } }),
    0,
    "no",
    /needs WebAssembly/,
  ],
  [
    "a feature that the card lacks",
    { ...llama, features: ["shader-f16"] },
    device(),
    0,
    "no",
    /shader-f16/,
  ],
  [
    "a card with small buffers",
    llama,
    device({ engines: { webgpu: card({ maxBufferSize: 2 ** 27 }), wasm } }),
    0,
    "no",
    /268 MB.*134 MB/,
  ],
  [
    "a card with small bindings",
    llama,
    device({ engines: { webgpu: card({ maxStorageBufferBindingSize: 2 ** 26 }), wasm } }),
    0,
    "no",
    /134 MB.*67 MB/,
  ],
  [
    "a card with small workgroups",
    llama,
    device({ engines: { webgpu: card({ maxComputeWorkgroupStorageSize: 16384 }), wasm } }),
    0,
    "no",
    /cores/,
  ],
  [
    "a tensor beyond the card's binding",
    { ...llama, bufferMb: 262 },
    device({ engines: { webgpu: card({ maxStorageBufferBindingSize: 2 ** 28 }), wasm } }),
    0,
    "no",
    /262 MB/,
  ],
  [
    "a large model on a card with middling bindings",
    { ...llama, vramMb: 4000 },
    device({ engines: { webgpu: card({ maxStorageBufferBindingSize: 2 ** 28 }), wasm } }),
    0,
    "tight",
    /may need more/,
  ],
  [
    "little memory",
    { ...llama, vramMb: 5000 },
    device({ memoryGb: 4 }),
    0,
    "no",
    /5 GB of memory.*4 GB/,
  ],
  [
    "just enough memory",
    { ...llama, vramMb: 3000 },
    device({ memoryGb: 4 }),
    0,
    "tight",
    /3 GB of this device's memory/,
  ],
  ["8 GB, which may be more", { ...llama, vramMb: 12_000 }, device(), 0, "tight", /12 GB/],
  [
    "a browser that does not tell its memory",
    { ...llama, vramMb: 12_000 },
    device({ memoryGb: null }),
    0,
    "fits",
    /fits/,
  ],
  ["a phone", { ...llama, vramMb: 2500 }, device({ isPhone: true }), 0, "tight", /phones/],
  [
    "little storage",
    llama,
    device({ storage: { usedMb: 900, quotaMb: 1000 } }),
    0,
    "no",
    /700 MB of storage.*100 MB left/,
  ],
  [
    "little storage, but the model is in it",
    llama,
    device({ storage: { usedMb: 900, quotaMb: 1000 } }),
    Infinity,
    "fits",
    /fits/,
  ],
  [
    "little storage, and most of the model is in it",
    llama,
    device({ storage: { usedMb: 900, quotaMb: 1000 } }),
    650,
    "fits",
    /fits/,
  ],
  [
    "storage that would be nearly full",
    llama,
    device({ storage: { usedMb: 200, quotaMb: 1000 } }),
    0,
    "tight",
    /700 MB of the 800 MB/,
  ],
  ["a page that keeps nothing", gguf, device({ hasStorage: false }), 0, "tight", /each visit/],
  [
    "software in the place of a card",
    llama,
    device({ engines: { webgpu: card({}, { isSoftware: true }), wasm } }),
    0,
    "tight",
    /slow/,
  ],
  [
    "wllama's build for Safari",
    gguf,
    device({ engines: { webgpu: card(), wasm: { available: true, isCompat: true } } }),
    0,
    "tight",
    /slower/,
  ],
];

for (const [name, model, on, storedMb, state, reason] of CASES) {
  test(`${name}: ${state}`, () => {
    const result = assessFit(model, on, storedMb);
    assert.equal(result.state, state, result.reason);
    assert.match(result.reason, reason);
  });
}

test("what can be helped by deleting or closing something may be chosen all the same", () => {
  assert.equal(
    assessFit(llama, device({ storage: { usedMb: 1000, quotaMb: 1000 } })).isHard,
    false,
  );
  assert.equal(
    assessFit(llama, device({ engines: { webgpu: { available: false }, wasm } })).isHard,
    true,
  );
});
