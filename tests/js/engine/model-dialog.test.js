import assert from "node:assert/strict";
import { test } from "node:test";

import "../document.js";
import { list } from "../../../static/js/pages/engine/model-dialog.js";

const one = (name, more = {}, model = {}) => ({
  model: {
    name,
    modelId: name.toLowerCase(),
    engine: "webllm",
    downloadMb: 100,
    vramMb: 100,
    isLocal: false,
    isDefault: false,
    ...model,
  },
  fit: { state: "fits" },
  keptMb: 0,
  isKept: false,
  speed: null,
  rank: 0,
  ...more,
});
const ALL = [
  one("Huge", { fit: { state: "no" } }, { downloadMb: 9000, vramMb: 9000 }),
  one("Tight", { fit: { state: "tight" }, speed: 40 }, { downloadMb: 50 }),
  one("Local", { rank: 4 }, { isLocal: true, downloadMb: 98, vramMb: null, engine: "wllama" }),
  one("Stored", { isKept: true, speed: 12 }, { vramMb: 50 }),
  one("Another", {}, { downloadMb: null }),
];
const names = (wish) => list(ALL, wish).map(({ model }) => model.name);

/** a wish and what it brings */
const CASES = [
  [{}, ["Local", "Stored", "Another", "Tight", "Huge"]],
  [{ show: "fits" }, ["Local", "Stored", "Another", "Tight"]],
  [{ show: "kept" }, ["Stored"]],
  [{ show: "local" }, ["Local"]],
  [{ words: "wllama" }, ["Local"]],
  [{ words: "  LOCAL server " }, ["Local"]],
  [{ words: "nothing like it" }, []],
  [{ order: "download" }, ["Tight", "Local", "Stored", "Huge", "Another"]],
  [{ order: "memory" }, ["Stored", "Another", "Tight", "Huge", "Local"]],
  [{ order: "speed" }, ["Tight", "Stored", "Local", "Another", "Huge"]],
  [{ order: "name", show: "fits" }, ["Another", "Local", "Stored", "Tight"]],
  [{ order: "no such order", show: "no such filter", words: "huge" }, ["Huge"]],
];

for (const [wish, found] of CASES)
  test(`${JSON.stringify(wish)} lists ${found.join(", ") || "nothing"}`, () =>
    assert.deepEqual(names(wish), found));
