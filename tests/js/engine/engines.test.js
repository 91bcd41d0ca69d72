import assert from "node:assert/strict";
import { test } from "node:test";

import { findEngines } from "../../../static/js/engine/capabilities.js";
import { ENGINES } from "../../../static/js/engine/engines.js";

globalThis.navigator ??= /** @type {any} */ ({}); // older versions of node have none
const FIELDS = Object.keys(ENGINES.webllm);

for (const [engine, row] of Object.entries(ENGINES)) {
  test(`the row of ${engine} has all fields`, () => {
    assert.deepEqual(Object.keys(row), FIELDS, "Complete it in static/js/engine/engines.js.");
  });

  test(`the browser is checked for what ${engine} needs`, async () => {
    const { [row.needs]: support } = await findEngines();
    assert.equal(
      typeof support?.available,
      "boolean",
      `Add ${row.needs} to findEngines in static/js/engine/capabilities.js.`,
    );
  });
}
