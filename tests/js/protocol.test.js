/**
 * The client, tested with the same table of messages as the server. It must understand the server's
 * messages, and send only messages from the table.
 */
import assert from "node:assert/strict";
import test from "node:test";

import { HANDLERS } from "../../static/js/client/webllm-client.js";
import { CASES, Engine, Server, assertFails, flush, outcomeOf } from "./client/fakes.js";

const SERVER = Object.fromEntries(
  [...CASES.fromServer, ...CASES.fromServerV1].map(({ name, message }) => [name, message]),
);
const REQUEST_ID = "r-1";
const CARDS = '[{"front":"ebb","back":"falling"},{"front":"flow","back":"rising"}]';

/** Return a client with an engine that has requested cards with the request ID of the table. */
async function requestCards() {
  const server = new Server();
  const engine = new Engine();
  const client = await server.connectClient({ engine });
  const call = client.generate({ topic: "Tides", count: 2, requestId: REQUEST_ID });
  await flush();
  return { server, engine, client, call, socket: server.socket };
}

/** Add the request ID, which the server sends over mindflip.v1. */
function withRequestId(message) {
  return { ...message, requestId: REQUEST_ID };
}

test("every type of server message in the table has a handler", () => {
  const types = new Set(Object.values(SERVER).map(({ type }) => type));
  types.delete("pong"); // the client sends no ping
  assert.deepEqual(
    [...types].filter((type) => !(type in HANDLERS)),
    [],
    "Add these types to HANDLERS in static/js/client/webllm-client.js.",
  );
});

test("every server message of the table is handled without an exception", async () => {
  for (const message of Object.values(SERVER)) {
    const { socket } = await requestCards();
    socket.receive(message);
    await flush();
  }
});

for (const name of ["the guide's progress", "a progress with ids"]) {
  test(`a progress message is reported with its progress and text: ${name}`, async () => {
    const { socket, client } = await requestCards();
    socket.receive(withRequestId(SERVER[name]));
    const { progress, message } = client.events.find((event) => event.name === "progress");
    assert.deepEqual([progress, message], [SERVER[name].progress, SERVER[name].message]);
  });
}

for (const name of [
  "the guide's result",
  "a result out of the cache",
  "a result with fewer cards than asked",
  "a result with ids",
]) {
  test(`a result message completes the call with its cards: ${name}`, async () => {
    const { socket, call } = await requestCards();
    socket.receive(withRequestId(SERVER[name]));
    assert.deepEqual(await call.result, {
      ...SERVER[name].data,
      generationId: SERVER[name].generationId ?? null,
    });
  });
}

for (const name of [
  "the guide's error with a code",
  "an error that says when to come back",
  "an error with ids",
]) {
  test(`an error message fails the call with its code and message: ${name}`, async () => {
    const { socket, call } = await requestCards();
    const { code, error: message, retryable, retryAfter } = SERVER[name];
    socket.receive(withRequestId(SERVER[name]));
    await assertFails(call.result, {
      name: "GenerationError",
      code,
      message,
      retryable,
      retryAfter,
    });
  });
}

test("a session message sets the call's status, place in the queue and cards", async () => {
  const { socket, call } = await requestCards();
  socket.receive(SERVER["a session with one that waits"]);
  assert.deepEqual([call.status, call.place, call.cards], ["queued", 2, []]);
  socket.receive(SERVER["a session with one that is written"]);
  assert.deepEqual([call.status, call.place, call.cards], ["leased", 0, [SERVER["a card"].card]]);
});

test("a card message adds its card to the call", async () => {
  const { socket, call } = await requestCards();
  socket.receive(SERVER["a card"]);
  for await (const card of call) {
    assert.deepEqual(card, SERVER["a card"].card);
    break;
  }
});

test("a stale response leaves the call open", async () => {
  const { socket, call } = await requestCards();
  socket.receive(SERVER["a card"]);
  socket.receive(SERVER["a stale response"]);
  assert.equal((await outcomeOf(call.result)).state, "open");
});

test("a client sends every type of message that it can, and the fake server accepts it", async () => {
  const { server, socket, engine, call } = await requestCards();
  socket.receive(SERVER["a generate for an engine"]);
  socket.receive(SERVER["a ping"]);
  await flush();
  engine.run.write(CARDS, 11);
  engine.run.finish();
  await flush();
  call.cancel();
  socket.receive(SERVER["a generate for an engine"]);
  await flush();
  engine.run.reject(
    Object.assign(new Error("The graphics card was lost."), { code: "device_lost" }),
  );
  socket.receive(SERVER["a card"]);
  await flush();
  socket.drop();
  await server.clock.advance(1);
  server.socket.sendSnapshot({ seq: 9 });
  const sent = [...socket.sent, ...server.socket.sent];
  const types = ["cancel", "card", "error", "generate", "pong", "progress", "ready", "response"];
  assert.deepEqual([...new Set(sent.map(({ type }) => type))].sort(), types);
});

test("a message of an unknown type is ignored", async () => {
  const { socket, call } = await requestCards();
  socket.receive({ type: "weather", sunny: true });
  socket.receive(SERVER["a result with ids"]);
  assert.equal((await call.result).cards.length, 1);
});
