/** Requests for cards: concurrent, streamed, cancelled, rejected and remote calls. */
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
const resultMessage = (call, fronts, seq, overrides = {}) =>
  messageFor(call, { type: "result", data: { cards: fronts.map(card), ...overrides }, seq });

test("generateFlashcards sends the prompt and its options, and returns the result", async () => {
  const server = new Server();
  const client = await server.connectClient();
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

test("a call is sent over mindflip.v1 after the snapshot of the server", async () => {
  const server = new Server();
  const client = server.createClient();
  client.generate({ topic: "Tides" });
  await flush();
  assert.deepEqual([server.socket.protocols, server.socket.sent], [["mindflip.v1"], []]);
  server.socket.sendSnapshot();
  assert.equal(server.socket.ofType("generate").length, 1);
});

test("cards are streamed in order, and each is reported once", async () => {
  const server = new Server();
  const client = await server.connectClient();
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
  server.socket.receive(resultMessage(call, ["ebb", "flow", "spring"], 5));
  await reading;
  assert.deepEqual(fronts, ["ebb", "flow", "spring"]);
  assert.deepEqual(
    client.events.filter(({ name }) => name === "card").map(({ index }) => index),
    [0, 1, 2],
  );
});

test("concurrent calls receive their own results in any order", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const [first, second] = ["Tides", "Winds"].map((topic) => client.generate({ topic, count: 1 }));
  await flush();
  server.socket.receive(resultMessage(second, ["gale"], 3));
  server.socket.receive(resultMessage(first, ["ebb"], 4));
  assert.deepEqual(
    [(await first.result).cards[0].front, (await second.result).cards[0].front],
    ["ebb", "gale"],
  );
});

test("an aborted call sends cancel and keeps cards that arrive before its error", async () => {
  const server = new Server();
  const client = await server.connectClient();
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

test("a call that is aborted before it is sent fails as cancelled and is never sent", async () => {
  const server = new Server();
  const client = server.createClient();
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

test("a call cancelled while disconnected fails immediately and sends cancel later", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const call = client.generate({ topic: "Tides" });
  await flush();
  server.socket.drop();
  call.cancel();
  await assertFails(call.result, { code: "cancelled" });
  await server.clock.advance(1);
  server.socket.sendSnapshot();
  assert.deepEqual(server.socket.sent, [{ type: "cancel", requestId: call.requestId }]);
});

test("an error fails the call with its code, message and retry delay", async () => {
  const server = new Server();
  const client = await server.connectClient();
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

test("an error without a request ID fails the unacknowledged call, or is a problem", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const [acceptedCall, rejectedCall] = [
    client.generate({ topic: "Tides" }),
    client.generate({ topic: "Winds", count: 99 }),
  ];
  await flush();
  server.socket.receive(
    messageFor(acceptedCall, { type: "progress", progress: 0, message: "Queued" }),
  );
  server.socket.receive({
    type: "error",
    code: "invalid_message",
    error: "options.count: Expected `int` <= 50.",
    retryable: false,
  });
  await assertFails(rejectedCall.result, { code: "invalid_message" });
  assert.equal((await outcomeOf(acceptedCall.result)).state, "open");
  server.socket.receive({
    type: "error",
    code: "invalid_message",
    error: "something else",
    retryable: false,
  });
  assert.equal(client.events.at(-1).name, "problem");
});

test("an error with a request ID fails that call and not an older one", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const [acceptedCall, rejectedCall] = [
    client.generate({ topic: "Tides" }),
    client.generate({ topic: "Winds", count: 99 }),
  ];
  await flush();
  server.socket.receive({
    type: "error",
    code: "invalid_message",
    error: "options.count: too many.",
    retryable: false,
    requestId: rejectedCall.requestId,
  });
  await assertFails(rejectedCall.result, { code: "invalid_message" });
  assert.equal((await outcomeOf(acceptedCall.result)).state, "open");
});

test("a rate-limited request is resent five times, then its call fails", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const call = client.generate({ topic: "Tides" });
  await flush();
  for (let attempt = 1; attempt <= 6; attempt++) {
    assert.equal(server.socket.ofType("generate").length, attempt);
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

test("waiting events have the place in the queue, then the engine", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const call = client.generate({ topic: "Tides" });
  await flush();
  const generation = {
    generationId: "g",
    requestId: call.requestId,
    status: "queued",
    attempt: 0,
    place: 2,
    topic: "Tides",
    count: 10,
    cards: [],
  };
  server.socket.sendSnapshot({ seq: 1, generations: [generation] });
  assert.deepEqual([call.status, call.place], ["queued", 2]);
  server.socket.sendSnapshot({
    seq: 2,
    generations: [{ ...generation, status: "leased", attempt: 1, place: 0, engine: "webllm" }],
  });
  const waiting = client.events
    .filter(({ name }) => name === "waiting")
    .map(({ status, place, engine }) => [status, place, engine]);
  assert.deepEqual(waiting, [
    ["queued", 2, null],
    ["leased", 0, "webllm"],
  ]);
});

test("a generation of another device is a remote call with its cards", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const generation = {
    generationId: "g",
    requestId: "phone's",
    status: "leased",
    attempt: 1,
    place: 0,
    topic: "Winds",
    count: 2,
    cards: [card("gale")],
  };
  server.socket.sendSnapshot({ seq: 3, generations: [generation] });
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

test("a remote call that is missing from a snapshot gets its result over REST", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const generation = {
    generationId: "g",
    requestId: "phone's",
    status: "leased",
    attempt: 1,
    place: 0,
    topic: "Winds",
    count: 2,
    cards: [],
  };
  server.socket.sendSnapshot({ seq: 3, generations: [generation] });
  const { call } = client.events.find(({ name }) => name === "generation");
  server.responses["GET /api/webllm/generations/g"] = {
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

test("messages for a finished call are ignored", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const call = client.generate({ topic: "Tides" });
  await flush();
  server.socket.receive(resultMessage(call, ["ebb"], 2));
  await call.result;
  server.socket.receive(cardMessage(call, 1, "flow", 3));
  server.socket.receive(resultMessage(call, ["other"], 4));
  assert.deepEqual((await call.result).cards, [card("ebb")]);
  assert.equal(
    client.events.some(({ name }) => name === "generation"),
    false,
  );
});

test("close deletes the session, closes the socket and fails open calls", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const call = client.generate({ topic: "Tides" });
  await flush();
  await client.close();
  await assertFails(call.result, { code: "session_closed" });
  assert.equal(server.requests.at(-1), "DELETE /api/webllm/session/session-1");
  assert.equal(server.socket.readyState, 3);
});

test("the client's parseFlashcards reads question and answer as front and back", async () => {
  const client = new Server().createClient();
  assert.deepEqual(
    client
      .parseFlashcards('[{"question":"ebb","answer":"falling"}]')
      .map(({ front, back }) => [front, back]),
    [["ebb", "falling"]],
  );
});

test("requests send the token as a bearer token", async () => {
  const server = new Server();
  const client = server.createClient();
  await client.initialize();
  assert.equal(server.authorization, "Bearer token");
});

for (const [name, wrap] of [
  ["a function", (token) => token],
  ["an asynchronous function", (token) => Promise.resolve(token)],
]) {
  test(`each request sends a new token if the token is ${name}`, async () => {
    const server = new Server();
    const tokens = ["first", "second", "third"];
    const client = server.createClient({ token: () => wrap(tokens.shift()) });
    await client.initialize();
    assert.equal(server.authorization, "Bearer first");
    server.socket.drop(4401);
    await flush();
    assert.equal(server.authorization, "Bearer second");
    await client.close();
    assert.equal(server.authorization, "Bearer third");
    assert.equal(server.requests.length, 3);
  });
}
