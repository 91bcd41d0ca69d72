import assert from "node:assert/strict";
import { test } from "node:test";

import { assessFit } from "../../../static/js/pages/engine/compatibility.js";

const GB = 2 ** 30;
const LIMITS = {
  maxBufferSize: 2 * GB,
  maxStorageBufferBindingSize: GB,
  maxComputeWorkgroupStorageSize: 32768,
};
const gpu = (limits = {}, overrides = {}) => ({
  available: true,
  adapter: { features: [], limits: { ...LIMITS, ...limits }, ...overrides },
});
const wasm = { available: true, isCompat: false };
const device = (overrides = {}) => ({
  engines: { webgpu: gpu(), wasm },
  storage: { usedMb: 0, quotaMb: 100_000 },
  memoryGb: 8,
  ...overrides,
});
const llama = { engine: "webllm", downloadMb: 700, vramMb: 900, features: [] };
const gguf = { engine: "wllama", downloadMb: 98, vramMb: null, features: [] };

/** Description, model, device, stored MB, state, pattern of the reason. */
const CASES = [
  ["a small model on a capable GPU", llama, device(), 0, "fits", /fits/],
  [
    "a GGUF model without WebGPU",
    gguf,
    device({ engines: { webgpu: { available: false }, wasm } }),
    0,
    "fits",
    /fits/,
  ],
  [
    "a WebLLM model without WebGPU",
    llama,
    device({ engines: { webgpu: { available: false }, wasm } }),
    0,
    "no",
    /needs WebGPU/,
  ],
  [
    "a GGUF model without WebAssembly",
    gguf,
    device({ engines: { webgpu: gpu(), wasm: { available: false } } }),
    0,
    "no",
    /needs WebAssembly/,
  ],
  [
    "a feature that the GPU lacks",
    { ...llama, features: ["shader-f16"] },
    device(),
    0,
    "no",
    /shader-f16/,
  ],
  [
    "a GPU with a small buffer limit",
    llama,
    device({ engines: { webgpu: gpu({ maxBufferSize: 2 ** 27 }), wasm } }),
    0,
    "no",
    /268 MB.*134 MB/,
  ],
  [
    "a GPU with a small binding limit",
    llama,
    device({ engines: { webgpu: gpu({ maxStorageBufferBindingSize: 2 ** 26 }), wasm } }),
    0,
    "no",
    /134 MB.*67 MB/,
  ],
  [
    "a GPU with little workgroup storage",
    llama,
    device({ engines: { webgpu: gpu({ maxComputeWorkgroupStorageSize: 16384 }), wasm } }),
    0,
    "no",
    /cores/,
  ],
  [
    "a tensor above the GPU's binding limit",
    { ...llama, bufferMb: 262 },
    device({ engines: { webgpu: gpu({ maxStorageBufferBindingSize: 2 ** 28 }), wasm } }),
    0,
    "no",
    /262 MB/,
  ],
  [
    "a large model on a GPU with a medium binding limit",
    { ...llama, vramMb: 4000 },
    device({ engines: { webgpu: gpu({ maxStorageBufferBindingSize: 2 ** 28 }), wasm } }),
    0,
    "tight",
    /may need more/,
  ],
  [
    "a device with too little memory",
    { ...llama, vramMb: 5000 },
    device({ memoryGb: 4 }),
    0,
    "no",
    /5 GB of memory.*4 GB/,
  ],
  [
    "a device with just enough memory",
    { ...llama, vramMb: 3000 },
    device({ memoryGb: 4 }),
    0,
    "tight",
    /3 GB of this device's memory/,
  ],
  [
    "a reported memory of 8 GB, which may be more",
    { ...llama, vramMb: 12_000 },
    device(),
    0,
    "tight",
    /12 GB/,
  ],
  [
    "a browser that does not report its memory",
    { ...llama, vramMb: 12_000 },
    device({ memoryGb: null }),
    0,
    "fits",
    /fits/,
  ],
  ["a phone", { ...llama, vramMb: 2500 }, device({ isPhone: true }), 0, "tight", /phones/],
  [
    "too little free storage",
    llama,
    device({ storage: { usedMb: 900, quotaMb: 1000 } }),
    0,
    "no",
    /700 MB of storage.*100 MB left/,
  ],
  [
    "too little free storage for a model that is stored",
    llama,
    device({ storage: { usedMb: 900, quotaMb: 1000 } }),
    Infinity,
    "fits",
    /fits/,
  ],
  [
    "too little free storage for a model that is mostly stored",
    llama,
    device({ storage: { usedMb: 900, quotaMb: 1000 } }),
    650,
    "fits",
    /fits/,
  ],
  [
    "storage that the model would nearly fill",
    llama,
    device({ storage: { usedMb: 200, quotaMb: 1000 } }),
    0,
    "tight",
    /700 MB of the 800 MB/,
  ],
  [
    "a page that cannot store models",
    gguf,
    device({ hasStorage: false }),
    0,
    "tight",
    /each visit/,
  ],
  [
    "a software adapter",
    llama,
    device({ engines: { webgpu: gpu({}, { isSoftware: true }), wasm } }),
    0,
    "tight",
    /slow/,
  ],
  [
    "wllama's build for Safari",
    gguf,
    device({ engines: { webgpu: gpu(), wasm: { available: true, isCompat: true } } }),
    0,
    "tight",
    /slower/,
  ],
];

for (const [name, model, deviceFacts, storedMb, state, pattern] of CASES) {
  test(`assessFit returns "${state}" for ${name}`, () => {
    const result = assessFit(model, deviceFacts, storedMb);
    assert.equal(result.state, state, result.reason);
    assert.match(result.reason, pattern);
  });
}

test("isHard is false for a lack of storage and true for a lack of WebGPU", () => {
  assert.equal(
    assessFit(llama, device({ storage: { usedMb: 1000, quotaMb: 1000 } })).isHard,
    false,
  );
  assert.equal(
    assessFit(llama, device({ engines: { webgpu: { available: false }, wasm } })).isHard,
    true,
  );
});
