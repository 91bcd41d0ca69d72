/**
 * Cards that the local engine writes while the server is unreachable. They are reported immediately
 * as drafts, and as cards only after the server has confirmed them.
 */
import assert from "node:assert/strict";
import test from "node:test";

import { Engine, Server, card, flush, generateFor } from "./fakes.js";

const [EBB, FLOW, NEAP] = ["ebb", "flow", "neap"].map((front) => ({
  front,
  back: `${front} it is`,
}));
const text = (...cards) => cards.map((draft) => JSON.stringify(draft)).join(",");

/**
 * Return a client whose engine is running the client's own call, and a function that reconnects to
 * the server.
 */
async function writing() {
  const server = new Server();
  const engine = new Engine();
  const client = await server.connected({ engine });
  const call = client.generate({ topic: "Tides" });
  await flush();
  const ids = { requestId: call.requestId, generationId: "g" };
  server.socket.receive({ type: "progress", progress: 0, message: "Queued", ...ids });
  server.socket.receive(generateFor("g"));
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
  return { server, engine, client, call, ids, back: reconnect };
}

const drafts = (client) =>
  client.events
    .filter(({ name }) => name === "draft")
    .map(({ index, card: { front } }) => [index, front]);

test("while the server hears, a card is told by the server alone", async () => {
  const { engine, client } = await writing();
  engine.run.write(`[${text(EBB, FLOW)},`);
  assert.deepEqual(drafts(client), []);
});

test("without a server each card is told as it is finished, and one that may have got lost, too", async () => {
  const { server, engine, client, call, ids } = await writing();
  engine.run.write(`[${text(EBB)},`);
  server.socket.receive({ type: "card", ...ids, index: 0, card: card("ebb"), seq: 1 });
  engine.run.write(`${text(FLOW)},`);
  server.socket.drop();
  engine.run.write(`${text(NEAP)}]`);
  assert.deepEqual(drafts(client), [
    [1, "flow"],
    [2, "neap"],
  ]);
  assert.deepEqual([call.cards.length, [...call.drafts.keys()]], [1, [1, 2]]);
});

test("cards that show only at the end of an answer are told, too", async () => {
  const { server, engine, client } = await writing();
  server.socket.drop();
  engine.run.write("Q: ebb\nA: falling\n");
  assert.deepEqual(drafts(client), []);
  engine.run.finish();
  await flush();
  assert.deepEqual(drafts(client), [[0, "ebb"]]);
});

test("the server's card takes the place of the draft with the same words, whatever their case, else of that at its index", async () => {
  const { server, engine, call, ids, back: reconnect } = await writing();
  server.socket.drop();
  engine.run.write(`[${text(EBB, FLOW, NEAP)}]`);
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

test("what the server's snapshot shows is confirmed, and a draft is told once however long the server is away", async () => {
  const { server, engine, client, call, back: reconnect } = await writing();
  server.socket.drop();
  engine.run.write(`[${text(EBB, FLOW)},`);
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

test("cards for somebody else's call are no drafts of this client", async () => {
  const server = new Server();
  const engine = new Engine();
  const client = await server.connected({ engine });
  server.socket.receive(generateFor("other"));
  await flush();
  server.socket.drop();
  engine.run.write(`[${text(EBB)}]`);
  assert.deepEqual(drafts(client), []);
});
