import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { gettext, ngettext, pgettext } from "../../../static/js/client/i18n.js";

const POLISH = {
  catalog: {
    Cards: "Fiszki",
    "%(name)s is ready.": "Gotowe: %(name)s.",
    "button\u0004Study": "Ucz się",
    "%(count)s card": ["%(count)s fiszka", "%(count)s fiszki", "%(count)s fiszek"],
  },
  pluralidx: (count) => (count === 1 ? 0 : count % 10 >= 2 && count % 10 <= 4 ? 1 : 2),
};

afterEach(() => {
  delete globalThis.django;
  delete globalThis.document;
});

/** Import the module for a page with this language. */
function moduleFor(lang) {
  globalThis.document = { documentElement: { lang } };
  return import(`../../../static/js/client/i18n.js?${lang}`);
}

test("texts stay English without a catalogue", () => {
  assert.equal(gettext("Cards"), "Cards");
  assert.equal(pgettext("button", "Study"), "Study");
  assert.equal(ngettext("%(count)s card", "%(count)s cards", 1), "1 card");
  assert.equal(ngettext("%(count)s card", "%(count)s cards", 1200), "1,200 cards");
});

test("texts come from the catalogue, in the plural form of its language", () => {
  globalThis.django = POLISH;
  const cards = (count) => ngettext("%(count)s card", "%(count)s cards", count);
  assert.equal(gettext("Cards"), "Fiszki");
  assert.equal(pgettext("button", "Study"), "Ucz się");
  assert.equal(gettext("%(name)s is ready.", { name: "Moon" }), "Gotowe: Moon.");
  assert.deepEqual([1, 2, 5].map(cards), ["1 fiszka", "2 fiszki", "5 fiszek"]);
});

test("numbers are formatted in the language of the page", async () => {
  globalThis.django = POLISH;
  const polish = await moduleFor("pl");
  assert.equal(polish.language, "pl");
  assert.equal(polish.ngettext("%(count)s card", "%(count)s cards", 12_000), "12\u00a0000 fiszek");
  assert.equal((await moduleFor("pl_PL")).language, "pl-PL");
});

test("numbers are formatted in English without a catalogue", async () => {
  const { language, ngettext: count } = await moduleFor("en_US");
  assert.equal(language, "en");
  assert.equal(count("%(count)s card", "%(count)s cards", 12_000), "12,000 cards");
});

test("a text that is missing from the catalogue stays English", () => {
  globalThis.django = POLISH;
  assert.equal(gettext("toString"), "toString");
  assert.equal(ngettext("%(count)s deck", "%(count)s decks", 2), "2 decks");
});

test("values are inserted unchanged, and placeholders in them are not replaced", () => {
  assert.equal(
    gettext("“%(name)s” is 100%% ready", { name: "%(name)s $&" }),
    "“%(name)s $&” is 100% ready",
  );
  assert.equal(gettext("100%"), "100%");
});
