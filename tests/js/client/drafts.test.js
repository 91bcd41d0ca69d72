/**
 * Cards that the local engine writes while the server is unreachable. They are reported immediately
 * as drafts, and as cards only after the server has confirmed them.
 */
import assert from "node:assert/strict";
import test from "node:test";

import { Engine, Server, card, flush, generateMessage } from "./fakes.js";

const [EBB, FLOW, NEAP] = ["ebb", "flow", "neap"].map((front) => ({
  front,
  back: `${front} tide`,
}));
const toJson = (...cards) => cards.map((draft) => JSON.stringify(draft)).join(",");

/**
 * Return a client whose engine is running the client's own call, and a function that reconnects to
 * the server.
 */
async function startOwnCall() {
  const server = new Server();
  const engine = new Engine();
  const client = await server.connectClient({ engine });
  const call = client.generate({ topic: "Tides" });
  await flush();
  const ids = { requestId: call.requestId, generationId: "g" };
  server.socket.receive({ type: "progress", progress: 0, message: "Queued", ...ids });
  server.socket.receive(generateMessage("g", { options: { topic: "Tides", count: 10 } }));
  await flush();
  const reconnect = async (generation = {}) => {
    await server.clock.advance(1);
    server.socket.sendSnapshot({
      seq: 5,
      generations: [
        {
          ...ids,
          status: "leased",
          attempt: 1,
          place: 0,
          topic: "Tides",
          count: 10,
          cards: [],
          ...generation,
        },
      ],
    });
  };
  return { server, engine, client, call, ids, reconnect };
}

const drafts = (client) =>
  client.events
    .filter(({ name }) => name === "draft")
    .map(({ index, card: { front } }) => [index, front]);

test("a card is not a draft while the socket is connected", async () => {
  const { engine, client } = await startOwnCall();
  engine.run.write(`[${toJson(EBB, FLOW)},`);
  assert.deepEqual(drafts(client), []);
});

test("cards that the server has not confirmed are drafts after a disconnect", async () => {
  const { server, engine, client, call, ids } = await startOwnCall();
  engine.run.write(`[${toJson(EBB)},`);
  server.socket.receive({ type: "card", ...ids, index: 0, card: card("ebb"), seq: 1 });
  engine.run.write(`${toJson(FLOW)},`);
  server.socket.drop();
  engine.run.write(`${toJson(NEAP)}]`);
  assert.deepEqual(drafts(client), [
    [1, "flow"],
    [2, "neap"],
  ]);
  assert.deepEqual([call.cards.length, [...call.drafts.keys()]], [1, [1, 2]]);
});

test("cards that are parsed when the output ends are drafts", async () => {
  const { server, engine, client } = await startOwnCall();
  server.socket.drop();
  engine.run.write("Q: ebb\nA: falling\n");
  assert.deepEqual(drafts(client), []);
  engine.run.finish();
  await flush();
  assert.deepEqual(drafts(client), [[0, "ebb"]]);
});

test("a server card replaces the draft with equal text (in any case), else by index", async () => {
  const { server, engine, call, ids, reconnect } = await startOwnCall();
  server.socket.drop();
  engine.run.write(`[${toJson(EBB, FLOW, NEAP)}]`);
  await reconnect();
  server.socket.receive({ type: "card", ...ids, index: 0, card: card("FLOW"), seq: 6 });
  server.socket.receive({ type: "card", ...ids, index: 2, card: card("spring"), seq: 7 });
  assert.deepEqual([call.draftFor(0), call.draftFor(1), call.draftFor(2)], [FLOW, undefined, NEAP]);
  server.socket.receive({
    type: "result",
    ...ids,
    data: { cards: [card("FLOW"), card("moon"), card("spring")] },
    seq: 8,
  });
  assert.deepEqual([[...call.drafts.values()], call.draftFor(1)], [[EBB], undefined]);
});

test("a snapshot confirms drafts, and each is reported once despite several drops", async () => {
  const { server, engine, client, call, reconnect } = await startOwnCall();
  server.socket.drop();
  engine.run.write(`[${toJson(EBB, FLOW)},`);
  await server.clock.advance(1);
  server.socket.drop();
  assert.deepEqual(drafts(client), [
    [0, "ebb"],
    [1, "flow"],
  ]);
  await reconnect({ cards: [card("ebb")] });
  assert.deepEqual([call.draftFor(0), [...call.drafts.values()]], [EBB, [FLOW]]);
  assert.equal(call.draftAt(0), call.draftFor(0)); // the deprecated name works for one more release
});

test("cards for a call of another client are not drafts", async () => {
  const server = new Server();
  const engine = new Engine();
  const client = await server.connectClient({ engine });
  server.socket.receive(generateMessage("other"));
  await flush();
  server.socket.drop();
  engine.run.write(`[${toJson(EBB)}]`);
  assert.deepEqual(drafts(client), []);
});
