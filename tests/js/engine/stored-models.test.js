import assert from "node:assert/strict";
import { test } from "node:test";

import { groupByModel } from "../../../static/js/engine/stored-models.js";

const ORIGIN = "https://cards.example";
const MODELS = [
  {
    modelId: "tiny",
    name: "Tiny",
    engine: "webllm",
    url: "/models/tiny/resolve/new1/",
    library: "/models/tiny.wasm?v=1",
  },
  {
    modelId: "far",
    name: "Far",
    engine: "webllm",
    url: "https://hub.example/org/Far-MLC",
    library: "https://raw.example/shared.wasm",
  },
  {
    modelId: "twin",
    name: "Twin",
    engine: "webllm",
    url: "https://hub.example/org/Twin-MLC",
    library: "https://raw.example/shared.wasm",
  },
  { modelId: "smol", name: "SmolLM2", engine: "wllama", url: "/models/smol.gguf?v=2" },
  { modelId: "big", name: "Big", engine: "wllama", url: "/models/big-00001-of-00002.gguf?v=3" },
];
const cached = (address, bytes = 10) => ({
  engine: "webllm",
  store: "cache",
  storeKey: "webllm/model",
  address,
  bytes,
});
const gguf = (address, bytes, expectedBytes = bytes) => ({
  engine: "wllama",
  store: "file",
  storeKey: `${"a".repeat(40)}_x.gguf`,
  address,
  bytes,
  expectedBytes,
});
const groupFiles = (files, shards = () => null) =>
  groupByModel(files, MODELS, { origin: ORIGIN, shards });
const summaries = (storedModels) =>
  storedModels.map(({ modelId, name, bytes, isComplete }) => [modelId, name, bytes, isComplete]);

test("a WebLLM model includes its library and is complete if all weights are stored", () => {
  const base = "https://hub.example/org/Twin-MLC/resolve/main/";
  const files = [
    cached("https://raw.example/shared.wasm", 5),
    cached(`${base}tensor-cache.json`, 1),
    cached(`${base}params_shard_0.bin`),
    cached(`${base}params_shard_1.bin`),
  ];
  assert.deepEqual(summaries(groupFiles(files, (folder) => (folder === base ? 2 : null))), [
    ["twin", "Twin", 26, true],
  ]);
  assert.deepEqual(summaries(groupFiles(files, () => 3)), [["twin", "Twin", 26, false]]);
});

test("files under an old URL of a local model are listed without a model ID", () => {
  const files = [
    cached(`${ORIGIN}/models/tiny/resolve/old0/params_shard_0.bin`, 7),
    cached(`${ORIGIN}/models/tiny/resolve/new1/params_shard_0.bin`, 8),
  ];
  assert.deepEqual(summaries(groupFiles(files, () => 1)), [
    ["tiny", "Tiny", 8, true],
    [null, "tiny", 7, true],
  ]);
});

test("replaced and unknown GGUF files are listed separately without a model ID", () => {
  const files = [
    gguf(`${ORIGIN}/models/smol.gguf?v=1`, 9),
    gguf(`${ORIGIN}/models/smol.gguf?v=2`, 4),
    gguf("", 3, null),
  ];
  assert.deepEqual(summaries(groupFiles(files)), [
    ["smol", "SmolLM2", 4, true],
    [null, "smol.gguf", 9, true],
    [null, "x.gguf", 3, false],
  ]);
});

test("a GGUF file that is smaller than expected is incomplete", () => {
  assert.deepEqual(summaries(groupFiles([gguf(`${ORIGIN}/models/smol.gguf?v=2`, 4, 98)])), [
    ["smol", "SmolLM2", 4, false],
  ]);
});

test("parts of a split GGUF are one model, which is complete with all parts", () => {
  const part = (number) => gguf(`${ORIGIN}/models/big-0000${number}-of-00002.gguf?v=3`, 5);
  assert.deepEqual(summaries(groupFiles([part(2)])), [["big", "Big", 5, false]]);
  assert.deepEqual(summaries(groupFiles([part(2), part(1)])), [["big", "Big", 10, true]]);
});

test("an empty store has no models", () => {
  assert.deepEqual(groupFiles([]), []);
});
