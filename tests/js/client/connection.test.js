/** Dropped, rejected and silent sockets. Requests are sent again but run only once. */
import assert from "node:assert/strict";
import test from "node:test";

import { Server, assertFails, card, flush, outcomeOf } from "./fakes.js";

const downs = (client) =>
  client.events
    .filter(({ name, state }) => name === "connection" && state === "down")
    .map(({ seconds }) => seconds);

test("pauses between tries double up to half a minute, less a chance of up to half", async () => {
  const server = new Server();
  const rolls = [1, 0, 1, 1, 1, 1, 1, 1];
  const client = server.client({ random: () => rolls.shift() ?? 1 });
  await client.initialize();
  await flush();
  for (let time = 0; time < 8; time++) {
    server.socket.drop();
    for (const tries = server.sockets.length; server.sockets.length === tries;)
      await server.clock.advance(1);
  }
  assert.deepEqual(downs(client), [1, 1, 2, 4, 8, 16, 30, 30]);
});

test("a socket that came up begins with short pauses again", async () => {
  const server = new Server();
  const client = await server.connected();
  for (let time = 0; time < 3; time++) {
    server.socket.drop();
    await server.clock.advance(1);
    server.socket.sendSnapshot();
  }
  assert.deepEqual(downs(client), [1, 1, 1]);
  assert.equal(client.events.at(-1).state, "up");
});

test("a server that restarts is left for another at once, and nobody hears of a broken connection", async () => {
  const server = new Server();
  const client = await server.connected();
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
  assert.deepEqual(downs(client), []);
});

test("a server that restarts before another is there is a lost connection like any other", async () => {
  const server = new Server();
  const client = await server.connected();
  server.socket.drop(1012);
  await flush();
  server.socket.drop(1006);
  await flush();
  assert.deepEqual([server.sockets.length, downs(client)], [2, [1]]);
});

test("after a drop the same request goes out under the same id, and its cards come once", async () => {
  const server = new Server();
  const client = await server.connected();
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

test("who is dropped before all that was missed has come goes on where that broke off", async () => {
  const server = new Server();
  const client = await server.connected();
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

test("a refused ticket is renewed at once", async () => {
  const server = new Server();
  const client = await server.connected();
  const call = client.generate({ topic: "Tides" });
  await flush();
  server.socket.drop(4401, "No valid ticket");
  await flush();
  assert.equal(server.requests.at(-1), "POST /api/webllm/session/session-1/ticket");
  assert.equal(server.socket.url, "ws://server/fresh-ticket?lastSeq=0");
  server.socket.sendSnapshot();
  assert.equal(server.socket.ofType("generate")[0].requestId, call.requestId);
});

for (const [code, why] of [
  [4404, "closed"],
  [4410, "expired"],
]) {
  test(`a session that is ${why} gets a successor, which is asked for what was open, and counts anew`, async () => {
    const server = new Server();
    const client = await server.connected();
    server.socket.sendSnapshot({ seq: 40 });
    const call = client.generate({ topic: "Tides" });
    await flush();
    server.socket.receive({
      type: "error",
      code: `session_${why}`,
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

test("a ticket that REST refuses because the session has ended leads to a new session", async () => {
  const server = new Server();
  const client = await server.connected();
  server.answers["POST /api/webllm/session/session-1/ticket"] = {
    status: 409,
    body: { code: "session_expired", error: "expired" },
  };
  server.socket.drop(4401);
  await flush();
  assert.equal(client.sessionId, "session-2");
});

test("sockets that never come up have REST asked what is the matter", async () => {
  const server = new Server();
  const client = await server.connected();
  const call = client.generate({ topic: "Tides" });
  await flush();
  server.answers["POST /api/webllm/session/session-1/ticket"] = {
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

test("a refusal for good ends the calls with its reason, and the next call begins anew", async () => {
  const server = new Server();
  const client = await server.connected();
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

test("a server that refuses every ticket is not asked for ever", async () => {
  const server = new Server();
  const client = server.client();
  const call = client.generate({ topic: "Tides" });
  for (let time = 0; time < 4; time++) {
    await flush();
    await server.clock.advance(10);
    server.socket.drop(4401);
  }
  await assertFails(call.result, { code: "not_authenticated" });
  assert.equal(server.sockets.length, 4);
});

test("a crowded server is left alone for five seconds", async () => {
  const server = new Server();
  const client = await server.connected();
  server.socket.drop(4429);
  assert.deepEqual(downs(client), [5]);
});

test("a socket that says nothing for long is left for a new one", async () => {
  const server = new Server();
  await server.connected();
  await server.clock.advance(70);
  server.socket.receive({ type: "ping" });
  await server.clock.advance(70);
  assert.equal(server.sockets.length, 1);
  await server.clock.advance(6);
  assert.equal(server.sockets.length, 2);
});

test("a ping is answered", async () => {
  const server = new Server();
  await server.connected();
  server.socket.receive({ type: "ping" });
  assert.deepEqual(server.socket.sent, [{ type: "pong" }]);
});

test("with no server at all the first call fails at once and says so", async () => {
  const server = new Server();
  const client = server.client();
  server.answers["POST /api/webllm/session"] = () => Promise.reject(new TypeError("fetch failed"));
  const sentence = "The server does not answer. Check the connection and try again.";
  await assertFails(client.generate({ topic: "Tides" }).result, {
    code: "offline",
    retryable: true,
    message: sentence,
  });
  await assert.rejects(client.initialize(), { code: "offline" });
});

test("a call that the server never answered fails after twenty seconds without it, one that it has waits", async () => {
  const server = new Server();
  const client = await server.connected();
  const answered = client.generate({ topic: "Tides" });
  await flush();
  server.socket.receive({
    type: "progress",
    progress: 0,
    message: "Queued",
    requestId: answered.requestId,
    generationId: "g",
  });
  server.answers["POST /api/webllm/session/session-1/ticket"] = () =>
    Promise.reject(new TypeError("fetch failed"));
  server.socket.drop();
  const unanswered = client.generate({ topic: "Winds" });
  for (let second = 0; second < 40; second++) {
    await server.clock.advance(1);
    if (server.socket.readyState === 1) server.socket.drop();
  }
  const sentence = "The server does not answer. Check the connection and try again.";
  await assertFails(unanswered.result, { code: "offline", retryable: true, message: sentence });
  assert.equal((await outcomeOf(answered.result)).state, "open");
});

test("a limit that REST sets while the line is down is waited for", async () => {
  const server = new Server();
  const client = await server.connected();
  server.answers["POST /api/webllm/session"] = {
    status: 429,
    body: { code: "rate_limited", error: "Wait." },
    retryAfter: 17,
  };
  server.socket.drop(4410);
  await flush();
  assert.deepEqual(downs(client), [17]);
  delete server.answers["POST /api/webllm/session"];
  await server.clock.advance(17);
  assert.equal(client.sessionId, "session-2");
});
