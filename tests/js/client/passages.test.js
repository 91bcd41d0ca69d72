/** The client writes cards from one sentence of the notes after the other. */
import assert from "node:assert/strict";
import test from "node:test";

import { answersIn } from "../../../static/js/client/passages.js";
import { Engine, Server, flush, generateMessage } from "./fakes.js";

const MOON = "The Moon goes round the Earth in 27 days.";
const TIDES = "The Moon pulls the sea and causes the tides.";
const PLANTS = "Plants make sugar by photosynthesis.";
const opening = [{ role: "system", content: "Copy, then ask." }];

/** Return the server's `generate` with passages for these sentences. */
function passagesMessage(sentences, { count = 1, ...overrides } = {}) {
  return generateMessage("g", {
    options: { topic: "Moon", count, source: sentences.join(" ") },
    passages: {
      messages: opening,
      sentences: sentences.map((text) => ({ text, passage: `Before. ${text}` })),
      answerPrompt: "Notes: {passage}\nSentence: {sentence}",
      questionPrompt: "Ask for: {answer}",
      questionGrammar: 'root ::= "?"',
    },
    ...overrides,
  });
}

async function start(request, engine = new Engine()) {
  const server = new Server();
  const client = await server.connectClient({ engine });
  server.socket.receive(request);
  await flush();
  return { server, client, engine };
}

async function write(engine, text) {
  engine.run.write(text);
  engine.run.finish();
  await flush();
}

test("a model copies the answer from the sentence, then asks in the same conversation", async () => {
  const { server, engine } = await start(passagesMessage([MOON]));
  const asked = { role: "user", content: `Notes: Before. ${MOON}\nSentence: ${MOON}` };
  assert.deepEqual(engine.run.messages, [...opening, asked]);
  assert.ok(engine.run.options.grammar.includes('"27 days"'));
  await write(engine, "27 days");
  assert.deepEqual(engine.run.messages, [
    ...opening,
    asked,
    { role: "assistant", content: "27 days" },
    { role: "user", content: "Ask for: 27 days" },
  ]);
  assert.equal(engine.run.options.grammar, 'root ::= "?"');
  await write(engine, "How long does the Moon take to go round the Earth?");
  const card = { front: "How long does the Moon take to go round the Earth?", back: "27 days" };
  assert.deepEqual(server.socket.ofType("card").at(-1).card, card);
  const { data, usage } = server.socket.ofType("response").at(-1);
  assert.deepEqual(data.cards, [card]);
  assert.deepEqual(usage, { promptTokens: 6, completionTokens: 16, seconds: 4 });
});

test("a rejected card is replaced by one of the next sentence", async () => {
  const { server, engine } = await start(passagesMessage([MOON, PLANTS]));
  await write(engine, "27 days");
  await write(engine, "Does the Moon need 27 days?"); // gives the answer away
  await write(engine, "photosynthesis");
  await write(engine, "How do plants make sugar?");
  const [response] = server.socket.ofType("response");
  assert.deepEqual(response.data.cards, [
    { front: "How do plants make sugar?", back: "photosynthesis" },
  ]);
});

test("all cards are requested at once if the sentences give none", async () => {
  const request = passagesMessage([MOON]);
  const { server, engine } = await start(request);
  await write(engine, "27 days");
  await write(engine, "How long does it take, if one considers that the Moon, which"); // cut off
  assert.deepEqual(engine.run.messages, request.messages);
  await write(engine, '[{"front":"ebb","back":"falling"}]');
  assert.deepEqual(server.socket.ofType("response").at(-1).data.cards, [
    { front: "ebb", back: "falling" },
  ]);
});

test("tokens and seconds are counted for an engine that does not report its usage", async () => {
  const engine = new Engine();
  const { generate } = engine;
  engine.generate = (...args) => generate.apply(engine, args).then(({ text }) => ({ text }));
  const { server } = await start(passagesMessage([MOON]), engine);
  await write(engine, "27 days");
  await write(engine, "How long does the Moon take?");
  const [{ usage }] = server.socket.ofType("response");
  assert.deepEqual(usage, { promptTokens: 0, completionTokens: 2, seconds: 2 });
});

test("a question that repeats an earlier card is not sent", async () => {
  const earlier = [{ front: "How do plants make sugar?", back: "photosynthesis" }];
  const { server, engine } = await start(passagesMessage([PLANTS], { cardsSoFar: earlier }));
  await write(engine, "photosynthesis");
  await write(engine, "how do plants make  sugar?");
  assert.deepEqual(server.socket.ofType("card"), []);
});

test("the last requested card ends the run", async () => {
  const { server, engine } = await start(passagesMessage([MOON, TIDES, PLANTS], { count: 1 }));
  await write(engine, "27 days");
  await write(engine, "How long does the Moon take?");
  assert.equal(engine.runs.length, 2);
  assert.equal(server.socket.ofType("response").length, 1);
});

test("a cloze hides the copied words where they stand in the sentence", async () => {
  const sentence = "In 1911 there were 11 planes.";
  const request = passagesMessage([sentence]);
  delete request.passages.questionPrompt;
  const { server, engine } = await start(request);
  await write(engine, "11");
  assert.deepEqual(server.socket.ofType("card").at(-1).card, {
    front: "In 1911 there were {{c1::11}} planes.",
    back: "11",
  });
});

test("a model below a billion parameters gets the request for all cards", async () => {
  const engine = new Engine();
  engine.facts = { ...engine.facts, modelId: "SmolLM2-135M-Instruct-Q4_1" };
  const request = passagesMessage([MOON]);
  await start(request, engine);
  assert.deepEqual(engine.run.messages, request.messages);
});

test("a cancelled run sends nothing more", async () => {
  const { server, engine } = await start(passagesMessage([MOON, PLANTS], { count: 2 }));
  await write(engine, "27 days");
  server.socket.receive({ type: "cancel", generationId: "g" });
  await flush();
  assert.equal(engine.runs.length, 2);
  assert.deepEqual(server.socket.ofType("card"), []);
  assert.deepEqual(server.socket.ofType("response"), []);
});

test("a run that is cancelled while the answer is copied does not ask for the question", async () => {
  const { server, engine } = await start(passagesMessage([MOON, PLANTS]));
  engine.run.write("27 days");
  server.socket.receive({ type: "cancel", generationId: "g" });
  await flush();
  assert.equal(engine.runs.length, 1);
});

test("progress counts the tokens of all messages of a run", async () => {
  const { client, engine } = await start(passagesMessage([MOON]));
  await write(engine, "27 days");
  engine.run.write("How long");
  const { tokens, seconds } = client.events.findLast(({ name }) => name === "tokens");
  assert.deepEqual({ tokens, seconds }, { tokens: 9, seconds: 3 });
});

const CASES = {
  "a name": [TIDES, ["Moon", "tides"], ["the", "the tides", "The Moon"]],
  "a number with its units": [
    "It cost $230,000, or 4.5 % of −3 °C in 1969.",
    ["$230,000", "4.5 %", "−3 °C", "1969"],
    ["230,000, or 4.5", "230"],
  ],
  "words across a comma": ["Rain, snow and hail are weather.", ["Rain", "snow"], ["Rain, snow"]],
  German: ["Mitochondrien erzeugen ATP in der Zelle.", ["Mitochondrien", "ATP"], ["in der"]],
  Chinese: ["地球绕太阳公转一周。", ["地球", "太阳", "太阳公转"], ["一周。"]],
  Thai: ["น้ำเดือดที่อุณหภูมิหนึ่งร้อยองศา", ["น้ำ", "อุณหภูมิ"], []],
  Arabic: ["القلب يضخ الدم.", ["القلب", "الدم"], ["الدم."]],
};

for (const [name, [sentence, allowed, forbidden]] of Object.entries(CASES))
  test(`answers in a sentence with ${name} are whole words of it`, () => {
    const answers = answersIn(sentence);
    for (const [text, at] of answers) assert.equal(sentence.slice(at, at + text.length), text);
    for (const text of allowed) assert.ok(answers.has(text), `${text} in ${[...answers.keys()]}`);
    for (const text of forbidden) assert.ok(!answers.has(text), text);
  });
