import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { asWebLLMRecord, withLocalModels } from "../../../static/js/engine/models.js";

const ORIGIN = "https://cards.example";
const local = {
  modelId: "tiny",
  engine: "webllm",
  url: "/models/tiny/resolve/4f97/",
  library: "/models/tiny.wasm?v=6472",
  vramMb: null,
  features: ["shader-f16"],
  overrides: { context_window_size: 512 },
  isLocal: true,
};

test("a local model's URLs are absolute in its web-llm record", () => {
  assert.deepEqual(asWebLLMRecord(local, ORIGIN), {
    model_id: "tiny",
    model: "https://cards.example/models/tiny/resolve/4f97/",
    model_lib: "https://cards.example/models/tiny.wasm?v=6472",
    overrides: { context_window_size: 512 },
    required_features: ["shader-f16"],
  });
});

test("local WebLLM models come first and replace prebuilt ones with the same ID", () => {
  const prebuilt = {
    cacheBackend: "cache",
    model_list: [{ model_id: "tiny" }, { model_id: "big" }],
  };
  const remote = { ...local, modelId: "far", isLocal: false };
  const gguf = { ...local, modelId: "gguf", engine: "wllama" };
  const { model_list: list, cacheBackend } = withLocalModels(
    prebuilt,
    [local, remote, gguf],
    ORIGIN,
  );
  assert.deepEqual(
    list.map((record) => record.model_id),
    ["tiny", "big"],
  );
  assert.equal(list[0].model, "https://cards.example/models/tiny/resolve/4f97/");
  assert.equal(cacheBackend, "cache");
});

test("every function that the facade replaces is exported by web-llm", async () => {
  const webLLM = await import("@mlc-ai/web-llm");
  const facade = readFileSync(
    new URL("../../../static/js/engine/web-llm.js", import.meta.url),
    "utf8",
  );
  for (const [, name] of facade.matchAll(/^export (?:const|async function) (\w+)/gm))
    assert.ok(name in webLLM, name);
});
