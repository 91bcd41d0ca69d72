/** A card that is written again by a model. */
import assert from "node:assert/strict";
import test from "node:test";

import "../document.js";
import { regenerate } from "../../../static/js/pages/make/card-actions.js";

test("a card stays as it is when the model fails, and the notice says so", async () => {
  const draft = { front: "The {{c1::Moon}} raises the tides.", back: "Moon", part: 0 };
  const notices = [];
  const batch = /** @type {any} */ ({
    record: { cards: [draft], request: {} },
    setBusy: () => {},
    notify: (notice) => notices.push(notice),
    replace: () => assert.fail("the card was replaced"),
  });
  for (const code of ["no_valid_cards", "download_offline"])
    await regenerate(batch, draft, () =>
      Promise.reject(Object.assign(new Error("No usable card."), { code })),
    );
  assert.equal(draft.back, "Moon");
  assert.deepEqual(
    notices.map(({ text, action }) => [text.endsWith("The card was not changed."), action]),
    [
      [true, undefined],
      [true, "load"],
    ],
  );
});
