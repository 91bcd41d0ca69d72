/**
 * Cards that the engine here writes while the server is away: told at once, and once more only by
 * the server's own word.
 */
import assert from "node:assert/strict";
import test from "node:test";

import { Engine, Server, card, generateFor, settled } from "./fakes.js";

const [EBB, FLOW, NEAP] = ["ebb", "flow", "neap"].map((front) => ({
  front,
  back: `${front} it is`,
}));
const text = (...cards) => cards.map((one) => JSON.stringify(one)).join(",");

/**
 * A client whose engine writes for its own call; the server is heard of again when the test says
 * so.
 */
async function writing() {
  const server = new Server();
  const engine = new Engine();
  const client = await server.connected({ engine });
  const call = client.generate({ topic: "Tides" });
  await settled();
  const ids = { requestId: call.requestId, generationId: "g" };
  server.wire.say({ type: "progress", progress: 0, message: "Queued", ...ids });
  server.wire.say(generateFor("g"));
  await settled();
  const back = async (generation = {}) => {
    await server.clock.advance(1);
    server.wire.greet({
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
  return { server, engine, client, call, ids, back };
}

const drafts = (client) =>
  client.heard
    .filter(({ name }) => name === "draft")
    .map(({ index, card: { front } }) => [index, front]);

test("while the server hears, a card is told by the server alone", async () => {
  const { engine, client } = await writing();
  engine.turn.write(`[${text(EBB, FLOW)},`);
  assert.deepEqual(drafts(client), []);
});

test("without a server each card is told as it is finished, and one that may have got lost, too", async () => {
  const { server, engine, client, call, ids } = await writing();
  engine.turn.write(`[${text(EBB)},`);
  server.wire.say({ type: "card", ...ids, index: 0, card: card("ebb"), seq: 1 });
  engine.turn.write(`${text(FLOW)},`);
  server.wire.drop();
  engine.turn.write(`${text(NEAP)}]`);
  assert.deepEqual(drafts(client), [
    [1, "flow"],
    [2, "neap"],
  ]);
  assert.deepEqual([call.cards.length, [...call.drafts.keys()]], [1, [1, 2]]);
});

test("cards that show only at the end of an answer are told, too", async () => {
  const { server, engine, client } = await writing();
  server.wire.drop();
  engine.turn.write("Q: ebb\nA: falling\n");
  assert.deepEqual(drafts(client), []);
  engine.turn.finish();
  await settled();
  assert.deepEqual(drafts(client), [[0, "ebb"]]);
});

test("the server's card takes the place of the draft with the same words, whatever their case, else of that at its index", async () => {
  const { server, engine, call, ids, back } = await writing();
  server.wire.drop();
  engine.turn.write(`[${text(EBB, FLOW, NEAP)}]`);
  await back();
  server.wire.say({ type: "card", ...ids, index: 0, card: card("FLOW"), seq: 6 });
  server.wire.say({ type: "card", ...ids, index: 2, card: card("spring"), seq: 7 });
  assert.deepEqual([call.draftAt(0), call.draftAt(1), call.draftAt(2)], [FLOW, undefined, NEAP]);
  server.wire.say({
    type: "result",
    ...ids,
    data: { cards: [card("FLOW"), card("moon"), card("spring")] },
    seq: 8,
  });
  assert.deepEqual([[...call.drafts.values()], call.draftAt(1)], [[EBB], undefined]);
});

test("what the server's snapshot shows is confirmed, and a draft is told once however long the server is away", async () => {
  const { server, engine, client, call, back } = await writing();
  server.wire.drop();
  engine.turn.write(`[${text(EBB, FLOW)},`);
  await server.clock.advance(1);
  server.wire.drop();
  assert.deepEqual(drafts(client), [
    [0, "ebb"],
    [1, "flow"],
  ]);
  await back({ cards: [card("ebb")] });
  assert.deepEqual([call.draftAt(0), [...call.drafts.values()]], [EBB, [FLOW]]);
});

test("cards for somebody else's call are no drafts of this client", async () => {
  const server = new Server();
  const engine = new Engine();
  const client = await server.connected({ engine });
  server.wire.say(generateFor("other"));
  await settled();
  server.wire.drop();
  engine.turn.write(`[${text(EBB)}]`);
  assert.deepEqual(drafts(client), []);
});
