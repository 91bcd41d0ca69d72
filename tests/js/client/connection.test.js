/** Dropped, rejected and silent sockets. Requests are sent again but run only once. */
import assert from "node:assert/strict";
import test from "node:test";

import { Server, assertFails, card, flush, outcomeOf } from "./fakes.js";

const downDelays = (client) =>
  client.events
    .filter(({ name, state }) => name === "connection" && state === "down")
    .map(({ seconds }) => seconds);

test("reconnect delays double up to 30 seconds, less up to 50% random jitter", async () => {
  const server = new Server();
  const rolls = [1, 0, 1, 1, 1, 1, 1, 1];
  const client = server.createClient({ random: () => rolls.shift() ?? 1 });
  await client.initialize();
  await flush();
  for (let attempt = 0; attempt < 8; attempt++) {
    server.socket.drop();
    for (const attempts = server.sockets.length; server.sockets.length === attempts;)
      await server.clock.advance(1);
  }
  assert.deepEqual(downDelays(client), [1, 1, 2, 4, 8, 16, 30, 30]);
});

test("reconnect delays reset after a successful connection", async () => {
  const server = new Server();
  const client = await server.connectClient();
  for (let attempt = 0; attempt < 3; attempt++) {
    server.socket.drop();
    await server.clock.advance(1);
    server.socket.sendSnapshot();
  }
  assert.deepEqual(downDelays(client), [1, 1, 1]);
  assert.equal(client.events.findLast(({ name }) => name === "connection").state, "up");
});

test("a server restart reconnects immediately and resends calls without a down event", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const call = client.generate({ topic: "Tides" });
  await flush();
  server.socket.drop(1012);
  await flush();
  assert.equal(server.sockets.length, 2);
  server.socket.sendSnapshot();
  assert.deepEqual(server.socket.sent, [server.sockets[0].sent[0]]);
  server.socket.receive({
    type: "result",
    requestId: call.requestId,
    generationId: "g",
    data: { cards: [card("ebb")] },
  });
  assert.deepEqual((await call.result).cards, [card("ebb")]);
  assert.deepEqual(downDelays(client), []);
});

test("a failed reconnect after a server restart is reported as down with its delay", async () => {
  const server = new Server();
  const client = await server.connectClient();
  server.socket.drop(1012);
  await flush();
  server.socket.drop(1006);
  await flush();
  assert.deepEqual([server.sockets.length, downDelays(client)], [2, [1]]);
});

test("a reconnect sends lastSeq and the same request, and reports each card once", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const call = client.generate({ topic: "Tides" });
  await flush();
  const ids = { requestId: call.requestId, generationId: "g" };
  server.socket.receive({ type: "card", ...ids, index: 0, card: card("ebb"), seq: 7 });
  server.socket.drop(1012);
  await server.clock.advance(1);
  server.socket.sendSnapshot({
    seq: 9,
    generations: [
      {
        ...ids,
        status: "leased",
        attempt: 1,
        place: 0,
        topic: "Tides",
        count: 10,
        cards: [card("ebb"), card("flow")],
      },
    ],
  });
  assert.ok(server.socket.url.endsWith("lastSeq=7"), server.socket.url);
  assert.deepEqual(server.socket.sent, [server.sockets[0].sent[0]]);
  server.socket.receive({ type: "card", ...ids, index: 1, card: card("flow"), seq: 8 });
  server.socket.receive({
    type: "result",
    ...ids,
    data: { cards: [card("ebb"), card("flow")] },
    seq: 9,
  });
  server.socket.receive({
    type: "result",
    ...ids,
    data: { cards: [card("ebb"), card("flow")] },
    seq: 9,
  });
  assert.deepEqual((await call.result).cards, [card("ebb"), card("flow")]);
  assert.deepEqual(
    client.events.filter(({ name }) => name === "card").map(({ index }) => index),
    [0, 1],
  );
});

test("an interrupted replay resumes after the last message received", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const call = client.generate({ topic: "Tides" });
  await flush();
  const ids = { requestId: call.requestId, generationId: "g" };
  server.socket.receive({ type: "card", ...ids, index: 0, card: card("ebb"), seq: 7 });
  for (const [seq, index] of [
    [8, 1],
    [9, 2],
  ]) {
    server.socket.drop();
    await server.clock.advance(1);
    server.socket.sendSnapshot({ seq: 12 });
    server.socket.receive({ type: "card", ...ids, index, card: card(`card ${seq}`), seq });
  }
  server.socket.drop();
  await server.clock.advance(1);
  assert.deepEqual(
    server.sockets.map(({ url }) => new URL(url).searchParams.get("lastSeq")),
    [null, "7", "8", "9"],
  );
});

test("a rejected ticket is replaced immediately, and the call is resent", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const call = client.generate({ topic: "Tides" });
  await flush();
  server.socket.drop(4401, "No valid ticket");
  await flush();
  assert.equal(server.requests.at(-1), "POST /api/webllm/session/session-1/ticket");
  assert.equal(server.socket.url, "ws://server/fresh-ticket?lastSeq=0");
  server.socket.sendSnapshot();
  assert.equal(server.socket.ofType("generate")[0].requestId, call.requestId);
});

for (const [code, reason] of [
  [4404, "closed"],
  [4410, "expired"],
]) {
  test(`a session that is ${reason} is replaced, and its call is resent`, async () => {
    const server = new Server();
    const client = await server.connectClient();
    server.socket.sendSnapshot({ seq: 40 });
    const call = client.generate({ topic: "Tides" });
    await flush();
    server.socket.receive({
      type: "error",
      code: `session_${reason}`,
      error: "This session is over.",
      retryable: false,
    });
    server.socket.drop(code, "This session is over.");
    await flush();
    assert.deepEqual([client.sessionId, server.socket.url], ["session-2", "ws://server/session-2"]);
    server.socket.sendSnapshot({ seq: 3 });
    assert.deepEqual(
      server.socket.sent.map(({ type }) => type),
      ["generate"],
    );
    server.socket.receive({
      type: "result",
      requestId: call.requestId,
      data: { cards: [card("ebb")] },
      generationId: "g",
      seq: 4,
    });
    assert.equal((await call.result).cards.length, 1);
  });
}

test("a ticket request that is rejected with session_expired creates a new session", async () => {
  const server = new Server();
  const client = await server.connectClient();
  server.responses["POST /api/webllm/session/session-1/ticket"] = {
    status: 409,
    body: { code: "session_expired", error: "expired" },
  };
  server.socket.drop(4401);
  await flush();
  assert.equal(client.sessionId, "session-2");
});

test("a 401 for a ticket ends the calls after repeated failures to reconnect", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const call = client.generate({ topic: "Tides" });
  await flush();
  server.responses["POST /api/webllm/session/session-1/ticket"] = {
    status: 401,
    body: { code: "not_authenticated", error: "Sign in." },
  };
  server.socket.drop();
  await server.clock.advance(1);
  server.socket.drop();
  await server.clock.advance(1);
  server.socket.drop();
  await server.clock.advance(2);
  await assertFails(call.result, { name: "ApiError", status: 401, message: "Sign in." });
  assert.equal(client.events.at(-1).state, "ended");
});

test("a socket closed with 4403 fails the calls, and the next call reconnects", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const call = client.generate({ topic: "Tides" });
  await flush();
  server.socket.drop(4403, "This account is disabled.");
  await assertFails(call.result, {
    name: "ConnectionError",
    code: "forbidden",
    closeCode: 4403,
    message: "This account is disabled.",
  });
  client.generate({ topic: "Tides" });
  await flush();
  assert.equal(server.sockets.length, 2);
});

test("a call fails as not authenticated after four rejected tickets", async () => {
  const server = new Server();
  const client = server.createClient();
  const call = client.generate({ topic: "Tides" });
  for (let attempt = 0; attempt < 4; attempt++) {
    await flush();
    await server.clock.advance(10);
    server.socket.drop(4401);
  }
  await assertFails(call.result, { code: "not_authenticated" });
  assert.equal(server.sockets.length, 4);
});

test("a socket closed with 4429 sets a reconnect delay of five seconds", async () => {
  const server = new Server();
  const client = await server.connectClient();
  server.socket.drop(4429);
  assert.deepEqual(downDelays(client), [5]);
});

test("a socket that receives nothing for 75 seconds is replaced", async () => {
  const server = new Server();
  await server.connectClient();
  await server.clock.advance(70);
  server.socket.receive({ type: "ping" });
  await server.clock.advance(70);
  assert.equal(server.sockets.length, 1);
  await server.clock.advance(6);
  assert.equal(server.sockets.length, 2);
});

test("a ping is answered with a pong", async () => {
  const server = new Server();
  await server.connectClient();
  server.socket.receive({ type: "ping" });
  assert.deepEqual(server.socket.sent, [{ type: "pong" }]);
});

test("a call and initialize fail as offline if the server is unreachable", async () => {
  const server = new Server();
  const client = server.createClient();
  server.responses["POST /api/webllm/session"] = () =>
    Promise.reject(new TypeError("fetch failed"));
  const message = "The server does not answer. Check the connection and try again.";
  await assertFails(client.generate({ topic: "Tides" }).result, {
    code: "offline",
    retryable: true,
    message,
  });
  await assert.rejects(client.initialize(), { code: "offline" });
});

test("disconnected calls fail as offline only without a server response", async () => {
  const server = new Server();
  const client = await server.connectClient();
  const acknowledgedCall = client.generate({ topic: "Tides" });
  await flush();
  server.socket.receive({
    type: "progress",
    progress: 0,
    message: "Queued",
    requestId: acknowledgedCall.requestId,
    generationId: "g",
  });
  server.responses["POST /api/webllm/session/session-1/ticket"] = () =>
    Promise.reject(new TypeError("fetch failed"));
  server.socket.drop();
  const unacknowledgedCall = client.generate({ topic: "Winds" });
  for (let second = 0; second < 40; second++) {
    await server.clock.advance(1);
    if (server.socket.readyState === 1) server.socket.drop();
  }
  const message = "The server does not answer. Check the connection and try again.";
  await assertFails(unacknowledgedCall.result, { code: "offline", retryable: true, message });
  assert.equal((await outcomeOf(acknowledgedCall.result)).state, "open");
});

test("a call fails as offline at the first failed reconnect after 20 seconds", async () => {
  const server = new Server();
  const client = await server.connectClient();
  server.responses["POST /api/webllm/session"] = () =>
    Promise.reject(new TypeError("fetch failed"));
  server.socket.drop(4410);
  await flush();
  // Each new call reconnects immediately.
  const firstCall = client.generate({ topic: "Tides" });
  await server.clock.advance(19.9);
  const secondCall = client.generate({ topic: "Winds" });
  assert.equal((await outcomeOf(firstCall.result)).state, "open");
  await server.clock.advance(0.1);
  client.generate({ topic: "Waves" });
  await assertFails(firstCall.result, { code: "offline" });
  assert.equal((await outcomeOf(secondCall.result)).state, "open");
});

test("a rate limit for a new session delays the reconnect by its Retry-After", async () => {
  const server = new Server();
  const client = await server.connectClient();
  server.responses["POST /api/webllm/session"] = {
    status: 429,
    body: { code: "rate_limited", error: "Wait." },
    retryAfter: 17,
  };
  server.socket.drop(4410);
  await flush();
  assert.deepEqual(downDelays(client), [17]);
  delete server.responses["POST /api/webllm/session"];
  await server.clock.advance(17);
  assert.equal(client.sessionId, "session-2");
});
