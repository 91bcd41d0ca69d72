/**
 * The client's engine: it reports that it is ready, sends each card when it is complete, runs one
 * generation at a time, and loses no response.
 */
import assert from "node:assert/strict";
import test from "node:test";

import { Engine, Server, flush, generateMessage } from "./fakes.js";

const EBB = '{"front":"ebb","back":"falling"}';
const FLOW = '{"front":"flow","back":"rising"}';

/** Return a server and a client with an idle engine. */
async function withEngine() {
  const server = new Server();
  const engine = new Engine();
  const client = await server.connectClient({ engine });
  return { server, engine, client };
}

/** Return the types of the messages that were sent on a socket. */
const sentTypes = (socket) => socket.sent.map(({ type }) => type);

test("an engine sends ready with its model, type, facts and speed", async () => {
  const { server } = await withEngine();
  assert.deepEqual(server.socket.sent, [
    {
      type: "ready",
      modelId: "model",
      engine: "wllama",
      facts: { engine: "wllama", threads: 2 },
      speed: 0,
    },
  ]);
});

test("a client sends ready only after it gets an engine", async () => {
  const server = new Server();
  const client = await server.connectClient();
  assert.deepEqual(server.socket.sent, []);
  client.engine = new Engine();
  assert.deepEqual(sentTypes(server.socket), ["ready"]);
});

test("a card is sent when its JSON is complete, and the response has all cards", async () => {
  const { server, engine } = await withEngine();
  const request = generateMessage("g", { cardsSoFar: [{ front: "neap", back: "small" }] });
  server.socket.receive(request);
  await flush();
  assert.deepEqual(engine.run.messages, request.messages);
  engine.run.write(`[${EBB}`);
  engine.run.write(`,${FLOW}]`);
  engine.run.finish();
  await flush();
  const ids = { generationId: "g", lease: request.lease };
  const [ebb, flow] = [EBB, FLOW].map((text) => JSON.parse(text));
  assert.deepEqual(server.socket.ofType("card"), [
    { type: "card", ...ids, index: 1, card: ebb },
    { type: "card", ...ids, index: 2, card: flow },
  ]);
  const usage = { promptTokens: 3, completionTokens: 8, seconds: 2 };
  assert.deepEqual(server.socket.sent.at(-1), {
    type: "response",
    ...ids,
    cacheKey: request.cacheKey,
    data: { cards: [ebb, flow] },
    usage,
  });
});

test("the last requested card ends the turn, and later cards are not sent", async () => {
  const { server, engine } = await withEngine();
  server.socket.receive(generateMessage("g"));
  await flush();
  engine.run.write(`[${EBB}`);
  assert.equal(engine.run.signal.aborted, false);
  engine.run.write(`,${FLOW},{"front":"neap","back":"small"},{"fr`);
  assert.equal(engine.run.signal.aborted, true);
  await flush();
  const fronts = (cards) => cards.map(({ front }) => front);
  assert.deepEqual(fronts(server.socket.ofType("card").map(({ card }) => card)), ["ebb", "flow"]);
  assert.deepEqual(fronts(server.socket.sent.at(-1).data.cards), ["ebb", "flow"]);
});

test("three rejected cards in a row end the turn", async () => {
  const { server, engine } = await withEngine();
  server.socket.receive(generateMessage("g", { options: { topic: "Tides", count: 5 } }));
  await flush();
  engine.run.write(`[${EBB},${EBB},${EBB},${FLOW},${EBB},${EBB}`);
  assert.equal(engine.run.signal.aborted, false);
  engine.run.write(`,${FLOW}`);
  assert.equal(engine.run.signal.aborted, true);
  await flush();
  assert.equal(server.socket.sent.at(-1).data.cards.length, 2);
});

test("a card that the server already has is not written again", async () => {
  const { server, engine } = await withEngine();
  server.socket.receive(generateMessage("g", { cardsSoFar: [JSON.parse(EBB)] }));
  await flush();
  engine.run.write(`[${EBB},${FLOW}]`);
  engine.run.finish();
  await flush();
  assert.deepEqual(server.socket.sent.at(-1).data.cards, [JSON.parse(FLOW)]);
});

test("progress with tokens and lease is sent at most every ten seconds", async () => {
  const { server, engine, client } = await withEngine();
  const request = generateMessage("g");
  server.socket.receive(request);
  await flush();
  for (const seconds of [1, 5, 9.9, 10, 11, 19, 20.1]) engine.run.write(" ", seconds);
  const heartbeats = server.socket.ofType("progress");
  assert.deepEqual(
    heartbeats.map(({ tokens, lease }) => [tokens, lease]),
    [
      [4, request.lease],
      [7, request.lease],
    ],
  );
  assert.equal(client.events.filter(({ name }) => name === "tokens").length, 7);
});

test("a response rejected as invalid is reported as engine_failed and fails no call", async () => {
  const { server, engine, client } = await withEngine();
  const call = client.generate({ topic: "Tides" });
  await flush();
  server.socket.receive({
    type: "progress",
    progress: 0,
    message: "Queued",
    requestId: call.requestId,
    generationId: "g",
  });
  server.socket.receive(generateMessage("g"));
  await flush();
  engine.run.finish();
  await flush();
  server.socket.receive({
    type: "error",
    code: "invalid_message",
    error: "usage.seconds: too large.",
    generationId: "g",
    retryable: false,
  });
  const { type, code, generationId } = server.socket.sent.at(-1);
  assert.deepEqual(
    { type, code, generationId },
    { type: "error", code: "engine_failed", generationId: "g" },
  );
  assert.equal(client.events.at(-1).name, "problem");
  assert.equal(call.isFinished, false);
});

test("cancel aborts a generation without a response and starts the next", async () => {
  const { server, engine } = await withEngine();
  server.socket.receive(generateMessage("one"));
  await flush();
  engine.run.write(`[${EBB}`);
  server.socket.receive({ type: "cancel", generationId: "one" });
  server.socket.receive(generateMessage("two"));
  await flush();
  assert.equal(engine.runs[0].signal.aborted, true);
  assert.equal(engine.runs.length, 2);
  assert.deepEqual(server.socket.ofType("response"), []);
});

test("a second generation starts after the engine has finished the first", async () => {
  const { server, engine } = await withEngine();
  server.socket.receive(generateMessage("one"));
  server.socket.receive(generateMessage("two"));
  await flush();
  assert.equal(engine.runs.length, 1);
  engine.run.finish();
  await flush();
  assert.deepEqual([engine.runs.length, server.socket.sent.at(-1).generationId], [2, "one"]);
});

test("a generation with a new lease continues, and its response has the new lease", async () => {
  const { server, engine } = await withEngine();
  server.socket.receive(generateMessage("g"));
  await flush();
  const renewed = generateMessage("g", { attempt: 2 });
  server.socket.receive(renewed);
  engine.run.finish();
  await flush();
  assert.deepEqual([engine.runs.length, server.socket.sent.at(-1).lease], [1, renewed.lease]);
});

test("an engine failure is reported with its code, and the next attempt runs", async () => {
  const { server, engine, client } = await withEngine();
  server.socket.receive(generateMessage("g"));
  await flush();
  engine.run.reject(Object.assign(new Error("It stumbled."), { code: "engine_failed" }));
  await flush();
  assert.deepEqual(server.socket.sent.at(-1), {
    type: "error",
    error: "It stumbled.",
    code: "engine_failed",
    generationId: "g",
  });
  assert.equal(client.events.at(-1).name, "enginefailed");
  server.socket.receive(generateMessage("g", { attempt: 2 }));
  await flush();
  assert.equal(engine.runs.length, 2);
});

test("an engine that lost its device runs the next attempt only after it is reloaded", async () => {
  const { server, engine, client } = await withEngine();
  server.socket.receive(generateMessage("g"));
  await flush();
  engine.run.reject(Object.assign(new Error("The device was lost."), { code: "device_lost" }));
  await flush();
  server.socket.receive(generateMessage("g", { attempt: 2 }));
  await flush();
  assert.equal(engine.runs.length, 1);
  client.engine = engine;
  await flush();
  assert.equal(engine.runs.length, 2);
  engine.run.finish();
  await flush();
  assert.deepEqual(sentTypes(server.socket).slice(-2), ["response", "ready"]);
});

const namedError = (name, message = "") => Object.assign(new Error(message), { name });
const RAW_ERRORS = [
  {
    thrown: namedError("DeviceLostError", "The WebGPU device was lost."),
    code: "device_lost",
    isBroken: true,
  },
  {
    thrown: namedError(
      "ModelNotLoadedError",
      "Model not loaded before calling chat.completions.create().",
    ),
    code: "device_lost",
    isBroken: true,
  },
  { thrown: namedError("ShaderF16SupportError"), code: "webgpu_unavailable", isBroken: true },
  { thrown: namedError("ModelNotFoundError"), code: "model_unavailable", isBroken: true },
  {
    thrown: new RangeError("Array buffer allocation failed"),
    code: "out_of_memory",
    isBroken: true,
  },
  {
    thrown: namedError("ContextWindowSizeExceededError"),
    code: "context_exceeded",
    isBroken: false,
  },
  {
    thrown: new DOMException("The quota has been exceeded.", "QuotaExceededError"),
    code: "storage_full",
    isBroken: false,
  },
  {
    thrown: Object.assign(new Error("busy"), { code: "my_engine_is_busy" }),
    code: "my_engine_is_busy",
    isBroken: false,
  },
  {
    thrown: Object.assign(new Error("x"), { code: "x".repeat(41) }),
    code: "engine_failed",
    isBroken: false,
  },
  { thrown: "a bare string", code: "engine_failed", isBroken: false },
  { thrown: undefined, code: "engine_failed", isBroken: false },
];

for (const { thrown, code, isBroken } of RAW_ERRORS) {
  test(`engine error ${thrown?.name ?? thrown} ${thrown?.code ?? ""} becomes ${code}`, async () => {
    const { server, engine } = await withEngine();
    server.socket.receive(generateMessage("g"));
    await flush();
    engine.run.reject(thrown);
    await flush();
    const { error, ...sent } = server.socket.sent.findLast(({ type }) => type === "error");
    assert.deepEqual(sent, { type: "error", code, generationId: "g" });
    assert.ok(typeof error === "string" && error.length > 0);
    server.socket.receive(generateMessage("g", { attempt: 2 }));
    await flush();
    assert.equal(engine.runs.length, isBroken ? 1 : 2);
  });
}

test("a client whose engine is removed reconnects without sending ready", async () => {
  const { server, client } = await withEngine();
  client.engine = null;
  await flush();
  assert.equal(server.sockets.length, 2);
  server.socket.sendSnapshot();
  assert.deepEqual(server.socket.sent, []);
});

test("a response finished while disconnected is sent with its lease before ready", async () => {
  const { server, engine } = await withEngine();
  const request = generateMessage("g");
  server.socket.receive(request);
  await flush();
  engine.run.write(`[${EBB}`);
  server.socket.drop();
  engine.run.write(`,${FLOW}]`);
  engine.run.finish();
  await server.clock.advance(1);
  server.socket.sendSnapshot();
  assert.deepEqual(sentTypes(server.socket), ["response", "ready"]);
  assert.deepEqual(
    [server.socket.sent[0].lease, server.socket.sent[0].data.cards.length],
    [request.lease, 2],
  );
});

test("an engine that is still generating renews its lease and sends unsent cards", async () => {
  const { server, engine } = await withEngine();
  server.socket.receive(generateMessage("g"));
  await flush();
  server.socket.drop();
  engine.run.write(`[${EBB}`);
  await server.clock.advance(1);
  server.socket.sendSnapshot();
  assert.deepEqual(sentTypes(server.socket), ["progress", "card"]);
  engine.run.finish();
  await flush();
  assert.deepEqual(sentTypes(server.socket), ["progress", "card", "response", "ready"]);
});

test("a response is resent after a reconnect until the server reports it as stale", async () => {
  const { server, engine } = await withEngine();
  server.socket.receive(generateMessage("g"));
  await flush();
  engine.run.finish();
  await flush();
  for (const isExpected of [true, false]) {
    server.socket.drop();
    await server.clock.advance(1);
    server.socket.sendSnapshot();
    assert.equal(server.socket.ofType("response").length, isExpected ? 1 : 0);
    server.socket.receive({
      type: "error",
      code: "stale_response",
      error: "Drop it.",
      generationId: "g",
      retryable: false,
    });
  }
});

test("ready and response messages are resent after a rate limit", async () => {
  const { server, engine } = await withEngine();
  const dropped = {
    type: "error",
    code: "rate_limited",
    error: "Too many messages.",
    retryable: true,
    retryAfter: 1,
  };
  server.socket.receive(dropped);
  await server.clock.advance(1);
  server.socket.receive(generateMessage("g"));
  await flush();
  engine.run.finish();
  await flush();
  server.socket.receive(dropped);
  await server.clock.advance(1);
  assert.deepEqual(sentTypes(server.socket), ["ready", "ready", "response", "response", "ready"]);
});

test("an engine with WebLLM's interface generates cards with a grammar", async () => {
  const requests = [];
  const streamChunks = async function* (request) {
    requests.push(request);
    for (const content of [`[${EBB},`, `${FLOW}]`]) yield { choices: [{ delta: { content } }] };
    yield { choices: [], usage: { prompt_tokens: 5, completion_tokens: 20 } };
  };
  const engine = { chat: { completions: { create: async (request) => streamChunks(request) } } };
  const server = new Server();
  const client = server.createClient({ engine: async (modelId) => ({ ...engine, modelId }) });
  await client.initialize();
  await flush();
  server.socket.sendSnapshot();
  assert.equal(client.engine.modelId, "model");
  await client.handleGeneration(
    generateMessage("g", { responseFormat: { grammar: "root ::= x", schema: {} } }),
  );
  assert.deepEqual(requests[0].response_format, { type: "grammar", grammar: "root ::= x" });
  const { data, usage } = server.socket.sent.at(-1);
  assert.deepEqual([data.cards.length, usage.promptTokens, usage.completionTokens], [2, 5, 20]);
});
