/** Answers are checked while the engine is idle, and each card keeps its mark in doubt. */
import assert from "node:assert/strict";
import { test } from "node:test";

import "../document.js";
import { AnswerChecker } from "../../../static/js/pages/make/answer-checker.js";
import { markOf } from "../../../static/js/pages/make/source-mark.js";

const SENTENCE = "The left ventricle pumps blood into the aorta.";
const CLOZE = { front: "The left {{c1::ventricle}} pumps blood into the aorta.", back: "" };

const card = (back, fields = {}) => ({
  front: `What about ${back}?`,
  back,
  found: true,
  sentence: SENTENCE,
  ...fields,
});

/** An engine whose answers the test gives, one question at a time. */
class ManualEngine extends EventTarget {
  isBusy = false;
  questions = [];

  generateInBackground(messages, { signal }) {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => resolve({ text: "", finishReason: "abort" }));
      const answer = (text, finishReason = "stop") => resolve({ text, finishReason });
      this.questions.push({ text: messages.at(-1).content, answer, reject });
    });
  }

  setBusy(isBusy) {
    this.isBusy = isBusy;
    this.dispatchEvent(new Event(isBusy ? "busy" : "idle"));
  }
}

class FakePanel extends EventTarget {
  engine = null;
  model = { modelId: "m", checksAnswers: true };
  errors = [];

  handleEngineError(error) {
    this.errors.push(error);
  }

  setEngine(engine) {
    this.engine = engine;
    this.dispatchEvent(new Event("change"));
  }
}

function createElement() {
  const children = {};
  return Object.assign(new EventTarget(), {
    dataset: {},
    isConnected: true,
    hidden: true,
    textContent: "",
    querySelector: (selector) => (children[selector] ??= createElement()),
  });
}

function createBatch(root, cards, state = "done") {
  const batch = {
    record: { cards, state },
    element: createElement(),
    setCheck(draft, check) {
      draft.check = check;
      root.dispatchEvent(new Event("batch-changed"));
    },
  };
  const line = batch.element.querySelector('[data-part="answer-check"]');
  const text = line.querySelector('[data-slot="answer-check"]');
  return Object.assign(batch, { progress: () => (line.hidden ? "" : text.textContent) });
}

function setUp(cards, { engine = new ManualEngine(), state = "done" } = {}) {
  const [root, panel] = [new EventTarget(), new FakePanel()];
  const batch = createBatch(root, cards, state);
  panel.engine = engine;
  const batches = { all: [batch], batchOf: () => batch };
  const change = () => root.dispatchEvent(new Event("batch-changed"));
  const start = () =>
    new AnswerChecker(
      /** @type {any} */ (panel),
      /** @type {any} */ (batches),
      /** @type {any} */ (root),
    );
  return { root, panel, batch, engine, change, start };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const marks = ({ batch }) => batch.record.cards.map(markOf);

test("found cards are checked one after the other, and marked by the answers", async () => {
  const page = setUp([card("the aorta"), card("the lungs"), card("blood")]);
  page.start();
  assert.equal(page.batch.progress(), "Checking answers: 1 of 3");
  page.engine.questions[0].answer("The aorta");
  await settled();
  assert.equal(page.engine.questions.length, 2);
  assert.equal(page.batch.progress(), "Checking answers: 2 of 3");
  page.engine.questions[1].answer("The aorta");
  await settled();
  page.engine.questions[2].answer("NOT SAID");
  await settled();
  assert.deepEqual(marks(page), ["confirmed", "disputed", "disputed"]);
  assert.equal(page.batch.progress(), "");
});

test("only question cards that were found are sent to the model", async () => {
  const cards = [
    card("a", { found: false, sentence: "" }),
    card("b", { found: null }),
    card("c", { found: undefined }),
    card("", CLOZE),
    card("", { ...CLOZE, front: "The {{c1::right}} ventricle pumps blood." }),
  ];
  const page = setUp(cards);
  page.start();
  await settled();
  assert.deepEqual(page.engine.questions, []);
  assert.deepEqual(marks(page), ["missing", "unknown", null, "confirmed", "found"]);
});

test("a model that is not named for it checks no answers", async () => {
  const page = setUp([card("the aorta")]);
  page.panel.model = { modelId: "m", checksAnswers: false };
  page.start();
  await settled();
  assert.deepEqual(page.engine.questions, []);
  assert.deepEqual(marks(page), ["found"]);
});

test("answers are checked after the batch is written", async () => {
  const page = setUp([card("the aorta")], { state: "writing" });
  page.start();
  assert.deepEqual(page.engine.questions, []);
  page.batch.record.state = "done";
  page.change();
  assert.equal(page.engine.questions.length, 1);
});

test("a request for cards stops the check, which resumes when the engine is idle", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const page = setUp([card("the aorta")]);
  page.start();
  page.engine.setBusy(true);
  await settled();
  assert.deepEqual(marks(page), ["found"]);
  assert.equal(page.engine.questions.length, 1);
  page.engine.setBusy(false); // the next request of the same generation follows
  page.engine.setBusy(true);
  t.mock.timers.tick(1000);
  assert.equal(page.engine.questions.length, 1);
  page.engine.setBusy(false);
  t.mock.timers.tick(1000);
  assert.equal(page.engine.questions.length, 2);
  page.engine.questions[1].answer("aorta");
  await settled();
  assert.deepEqual(marks(page), ["confirmed"]);
});

test("a check that the user stops leaves the cards unchecked until it is continued", async () => {
  const page = setUp([card("the aorta"), card("blood")]);
  page.start();
  const button = { closest: () => button };
  const click = () => {
    const event = Object.assign(new Event("click"), {});
    Object.defineProperty(event, "target", { value: button });
    page.root.dispatchEvent(event);
    page.change(); // the event of the element bubbles
  };
  click();
  await settled();
  assert.equal(page.batch.progress(), "Checked answers: 0 of 2");
  assert.deepEqual(marks(page), ["found", "found"]);
  assert.equal(page.engine.questions.length, 1);
  click();
  await settled();
  assert.equal(page.engine.questions.length, 2);
  assert.equal(page.batch.progress(), "Checking answers: 1 of 2");
});

test("an error leaves the card unchecked, and the next one is checked", async () => {
  const page = setUp([card("the aorta"), card("blood")]);
  page.start();
  page.engine.questions[0].reject(new Error("out of memory"));
  await settled();
  page.engine.questions[1].answer("blood");
  await settled();
  assert.deepEqual(marks(page), ["found", "confirmed"]);
  assert.deepEqual(
    page.panel.errors.map(({ message }) => message),
    ["out of memory"],
  );
  assert.equal(page.engine.questions.length, 2);
  page.batch.record.cards[0].back = "blood";
  page.change();
  assert.equal(page.engine.questions.length, 3);
});

test("an unloaded model leaves the card unchecked until a model is loaded", async () => {
  const page = setUp([card("the aorta")]);
  page.start();
  page.panel.engine = null;
  page.engine.questions[0].reject(new Error("aborted"));
  await settled();
  assert.deepEqual(marks(page), ["found"]);
  const engine = new ManualEngine();
  page.panel.setEngine(engine);
  engine.questions[0].answer("the aorta");
  await settled();
  assert.deepEqual(marks(page), ["confirmed"]);
});

test("the answer to a card that was edited in the meantime is not used", async () => {
  const page = setUp([card("the aorta")]);
  page.start();
  page.batch.record.cards[0].back = "the lungs";
  page.engine.questions[0].answer("the aorta");
  await settled();
  assert.deepEqual(marks(page), ["found"]);
  assert.equal(page.engine.questions.length, 2);
});

test("a saved batch is not checked any more", async () => {
  const page = setUp([card("the aorta"), card("blood")]);
  page.start();
  page.batch.element.dataset.state = "saved";
  page.root.dispatchEvent(new Event("batch-saved"));
  await settled();
  assert.deepEqual(marks(page), ["found", "found"]);
  assert.equal(page.engine.questions.length, 1);
});
