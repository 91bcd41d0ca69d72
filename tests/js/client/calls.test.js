/** Requests for cards: concurrent, streamed, cancelled and rejected ones. */
import assert from "node:assert/strict";
import test from "node:test";

import { Server, assertFails, card, flush, outcomeOf } from "./fakes.js";

const messageFor = (call, fields) => ({
  requestId: call.requestId,
  generationId: `generation of ${call.requestId}`,
  ...fields,
});
const cardMessage = (call, index, front, seq) =>
  messageFor(call, { type: "card", index, card: card(front), seq });
const result = (call, fronts, seq, overrides = {}) =>
  messageFor(call, { type: "result", data: { cards: fronts.map(card), ...overrides }, seq });

test("the guide's call has the guide's result", async () => {
  const server = new Server();
  const client = await server.connected();
  const outcome = client.generateFlashcards("Tides", 2);
  await flush();
  const [request] = server.socket.ofType("generate");
  assert.deepEqual(
    [request.prompt, request.options],
    ["Generate 2 flashcards about Tides", { count: 2, topic: "Tides" }],
  );
  server.socket.receive({
    type: "result",
    requestId: request.requestId,
    data: { cards: [card("ebb")], partial: true },
    generationId: "g",
    seq: 2,
  });
  assert.deepEqual(await outcome, { cards: [card("ebb")], partial: true, generationId: "g" });
});

test("the socket speaks mindflip.v1 and calls wait until the server has greeted", async () => {
  const server = new Server();
  const client = server.client();
  client.generate({ topic: "Tides" });
  await flush();
  assert.deepEqual([server.socket.protocols, server.socket.sent], [["mindflip.v1"], []]);
  server.socket.sendSnapshot();
  assert.equal(server.socket.ofType("generate").length, 1);
});

test("cards come one by one and each once, though the result has them all", async () => {
  const server = new Server();
  const client = await server.connected();
  const call = client.generate({ topic: "Tides", count: 3 });
  const fronts = [];
  const reading = (async () => {
    for await (const { front } of call) fronts.push(front);
  })();
  await flush();
  server.socket.receive(cardMessage(call, 0, "ebb", 2));
  await flush();
  assert.deepEqual(fronts, ["ebb"]);
  server.socket.receive(cardMessage(call, 0, "ebb", 2));
  server.socket.receive(cardMessage(call, 1, "flow", 3));
  server.socket.receive(result(call, ["ebb", "flow", "spring"], 5));
  await reading;
  assert.deepEqual(fronts, ["ebb", "flow", "spring"]);
  assert.deepEqual(
    client.events.filter(({ name }) => name === "card").map(({ index }) => index),
    [0, 1, 2],
  );
});

test("several calls at once each get their own", async () => {
  const server = new Server();
  const client = await server.connected();
  const [first, second] = ["Tides", "Winds"].map((topic) => client.generate({ topic, count: 1 }));
  await flush();
  server.socket.receive(result(second, ["gale"], 3));
  server.socket.receive(result(first, ["ebb"], 4));
  assert.deepEqual(
    [(await first.result).cards[0].front, (await second.result).cards[0].front],
    ["ebb", "gale"],
  );
});

test("an abort is sent as cancel, and the cards on their way still come", async () => {
  const server = new Server();
  const client = await server.connected();
  const abort = new AbortController();
  const call = client.generate({ topic: "Tides", signal: abort.signal });
  await flush();
  server.socket.receive(cardMessage(call, 0, "ebb", 2));
  abort.abort();
  assert.deepEqual(server.socket.ofType("cancel"), [{ type: "cancel", requestId: call.requestId }]);
  server.socket.receive(cardMessage(call, 1, "flow", 3));
  server.socket.receive(
    messageFor(call, {
      type: "error",
      code: "cancelled",
      error: "The generation was cancelled.",
      seq: 4,
    }),
  );
  await assertFails(call.result, {
    name: "GenerationError",
    code: "cancelled",
    cards: [card("ebb"), card("flow")],
    generationId: `generation of ${call.requestId}`,
  });
});

test("what is aborted before it was sent is never sent", async () => {
  const server = new Server();
  const client = server.client();
  const abort = new AbortController();
  const call = client.generate({ topic: "Tides", signal: abort.signal });
  abort.abort();
  await assertFails(call.result, { code: "cancelled" });
  await assertFails(client.generate({ topic: "Winds", signal: abort.signal }).result, {
    code: "cancelled",
  });
  server.socket.sendSnapshot();
  assert.deepEqual(server.socket.sent, []);
});

test("an abort while the socket is down ends the call at once, and the server hears of it later", async () => {
  const server = new Server();
  const client = await server.connected();
  const call = client.generate({ topic: "Tides" });
  await flush();
  server.socket.drop();
  call.cancel();
  await assertFails(call.result, { code: "cancelled" });
  await server.clock.advance(1);
  server.socket.sendSnapshot();
  assert.deepEqual(server.socket.sent, [{ type: "cancel", requestId: call.requestId }]);
});

test("a refusal of the server fails the call with all that it says", async () => {
  const server = new Server();
  const client = await server.connected();
  const call = client.generate({ topic: "Tides" });
  await flush();
  server.socket.receive({
    type: "error",
    requestId: call.requestId,
    code: "queue_full",
    error: "You have 20 generations waiting.",
    retryable: true,
    retryAfter: 10,
  });
  await assertFails(call.result, {
    code: "queue_full",
    message: "You have 20 generations waiting.",
    retryable: true,
    retryAfter: 10,
  });
});

test("a refusal without an id is that of the request which was not answered", async () => {
  const server = new Server();
  const client = await server.connected();
  const [fine, wrong] = [
    client.generate({ topic: "Tides" }),
    client.generate({ topic: "Winds", count: 99 }),
  ];
  await flush();
  server.socket.receive(messageFor(fine, { type: "progress", progress: 0, message: "Queued" }));
  server.socket.receive({
    type: "error",
    code: "invalid_message",
    error: "options.count: Expected `int` <= 50.",
    retryable: false,
  });
  await assertFails(wrong.result, { code: "invalid_message" });
  assert.equal((await outcomeOf(fine.result)).state, "open");
  server.socket.receive({
    type: "error",
    code: "invalid_message",
    error: "something else",
    retryable: false,
  });
  assert.equal(client.events.at(-1).name, "problem");
});

test("a refusal with an id is that of its request, whichever is older", async () => {
  const server = new Server();
  const client = await server.connected();
  const [fine, wrong] = [
    client.generate({ topic: "Tides" }),
    client.generate({ topic: "Winds", count: 99 }),
  ];
  await flush();
  server.socket.receive({
    type: "error",
    code: "invalid_message",
    error: "options.count: too many.",
    retryable: false,
    requestId: wrong.requestId,
  });
  await assertFails(wrong.result, { code: "invalid_message" });
  assert.equal((await outcomeOf(fine.result)).state, "open");
});

test("what the server dropped is said again, but not for ever", async () => {
  const server = new Server();
  const client = await server.connected();
  const call = client.generate({ topic: "Tides" });
  await flush();
  for (let time = 1; time <= 6; time++) {
    assert.equal(server.socket.ofType("generate").length, time);
    server.socket.receive({
      type: "error",
      code: "rate_limited",
      error: "Too many messages.",
      retryable: true,
      retryAfter: 2,
    });
    await server.clock.advance(2);
  }
  await assertFails(call.result, { code: "rate_limited", retryable: true });
});

test("the place in the queue is told, and then the engine that serves", async () => {
  const server = new Server();
  const client = await server.connected();
  const call = client.generate({ topic: "Tides" });
  await flush();
  const open = {
    generationId: "g",
    requestId: call.requestId,
    status: "queued",
    attempt: 0,
    place: 2,
    topic: "Tides",
    count: 10,
    cards: [],
  };
  server.socket.sendSnapshot({ seq: 1, generations: [open] });
  assert.deepEqual([call.status, call.place], ["queued", 2]);
  server.socket.sendSnapshot({
    seq: 2,
    generations: [{ ...open, status: "leased", attempt: 1, place: 0, engine: "webllm" }],
  });
  const waiting = client.events
    .filter(({ name }) => name === "waiting")
    .map(({ status, place, engine }) => [status, place, engine]);
  assert.deepEqual(waiting, [
    ["queued", 2, null],
    ["leased", 0, "webllm"],
  ]);
});

test("cards that another device asked for come as a call to look at", async () => {
  const server = new Server();
  const client = await server.connected();
  const open = {
    generationId: "g",
    requestId: "phone's",
    status: "leased",
    attempt: 1,
    place: 0,
    topic: "Winds",
    count: 2,
    cards: [card("gale")],
  };
  server.socket.sendSnapshot({ seq: 3, generations: [open] });
  const { call } = client.events.find(({ name }) => name === "generation");
  assert.deepEqual([call.isRemote, call.options.topic], [true, "Winds"]);
  server.socket.receive({
    type: "card",
    generationId: "g",
    requestId: "phone's",
    index: 1,
    card: card("breeze"),
    seq: 4,
  });
  server.socket.receive({
    type: "result",
    generationId: "g",
    requestId: "phone's",
    data: { cards: [card("gale"), card("breeze")] },
    seq: 5,
  });
  const fronts = [];
  for await (const { front } of call) fronts.push(front);
  assert.deepEqual(fronts, ["gale", "breeze"]);
});

test("what of it was missed is looked up", async () => {
  const server = new Server();
  const client = await server.connected();
  const open = {
    generationId: "g",
    requestId: "phone's",
    status: "leased",
    attempt: 1,
    place: 0,
    topic: "Winds",
    count: 2,
    cards: [],
  };
  server.socket.sendSnapshot({ seq: 3, generations: [open] });
  const { call } = client.events.find(({ name }) => name === "generation");
  server.answers["GET /api/webllm/generations/g"] = {
    body: {
      status: "succeeded",
      options: { topic: "Winds", count: 2 },
      cards: [card("gale")],
      partial: true,
      finishedAt: "2026-01-01T00:00:00Z",
    },
  };
  server.socket.sendSnapshot({ seq: 900 });
  assert.deepEqual(await call.result, { cards: [card("gale")], partial: true, generationId: "g" });
});

test("late news of a call that is over are none", async () => {
  const server = new Server();
  const client = await server.connected();
  const call = client.generate({ topic: "Tides" });
  await flush();
  server.socket.receive(result(call, ["ebb"], 2));
  await call.result;
  server.socket.receive(cardMessage(call, 1, "flow", 3));
  server.socket.receive(result(call, ["other"], 4));
  assert.deepEqual((await call.result).cards, [card("ebb")]);
  assert.equal(
    client.events.some(({ name }) => name === "generation"),
    false,
  );
});

test("close ends the session on the server and what is open", async () => {
  const server = new Server();
  const client = await server.connected();
  const call = client.generate({ topic: "Tides" });
  await flush();
  await client.close();
  await assertFails(call.result, { code: "session_closed" });
  assert.equal(server.requests.at(-1), "DELETE /api/webllm/session/session-1");
  assert.equal(server.socket.readyState, 3);
});

test("model text is parsed as ever", async () => {
  const client = new Server().client();
  assert.deepEqual(
    client
      .parseFlashcards('[{"question":"ebb","answer":"falling"}]')
      .map(({ front, back }) => [front, back]),
    [["ebb", "falling"]],
  );
});

test("a token may be one that is always fresh", async () => {
  const server = new Server();
  const client = server.client();
  await client.initialize();
  assert.equal(server.authorization, "Bearer token");
});
