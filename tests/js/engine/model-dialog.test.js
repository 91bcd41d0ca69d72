import assert from "node:assert/strict";
import { test } from "node:test";

import "../document.js";
import { filterEntries } from "../../../static/js/pages/engine/model-dialog.js";

const entry = (name, overrides = {}, model = {}) => ({
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
  storedMb: 0,
  isStored: false,
  speed: null,
  rank: 0,
  ...overrides,
});
const ALL = [
  entry("Huge", { fit: { state: "no" } }, { downloadMb: 9000, vramMb: 9000 }),
  entry("Tight", { fit: { state: "tight" }, speed: 40 }, { downloadMb: 50 }),
  entry("Local", { rank: 4 }, { isLocal: true, downloadMb: 98, vramMb: null, engine: "wllama" }),
  entry("Stored", { isStored: true, speed: 12 }, { vramMb: 50 }),
  entry("Another", {}, { downloadMb: null }),
];
const listedNames = (options) => filterEntries(ALL, options).map(({ model }) => model.name);

/** Filter options and the names of the models that they list. */
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

for (const [options, expected] of CASES)
  test(`options ${JSON.stringify(options)} list ${expected.join(", ") || "nothing"}`, () =>
    assert.deepEqual(listedNames(options), expected));
