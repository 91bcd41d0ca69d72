/** The client against the same table of messages as the server's tests: what the server says is understood, what the client says is in the table. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { WebLLMClient } from "../../static/js/client/client.js";
import { Rest } from "../../static/js/client/rest.js";

const CASES = JSON.parse(readFileSync(new URL("../contract/protocol_cases.json", import.meta.url)));
const SERVER = Object.fromEntries(CASES.fromServer.map(({ name, message }) => [name, message]));
const ACCEPTED = CASES.fromClient.filter((one) => !one.error).map(({ text }) => JSON.parse(text));
const CARDS = '[{"front":"ebb","back":"falling"},{"front":"flow","back":"rising"}]';

/** The server's end of a WebSocket, in the hands of a test. */
class Wire {
  static last = null;
  readyState = 1;
  sent = [];

  constructor() {
    Wire.last = this;
    queueMicrotask(() => this.onopen());
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {}

  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

const engine = { generate: async () => ({ text: CARDS, usage: { promptTokens: 3, completionTokens: 9, seconds: 1 } }) };
const session = { sessionId: "3f0b6e5e-9999-4000-8000-000000000000", wsUrl: "ws://localhost/ws", status: "ready" };
const fetch = async () => new Response(JSON.stringify(session), { status: 201, headers: { "Content-Type": "application/json" } });

/** A client that has asked for cards; `heard` are the events it told of. */
async function asking() {
  const client = new WebLLMClient("token", "model", { engine, rest: new Rest({ fetch }), WebSocket: Wire });
  const heard = [];
  client.addEventListener("progress", ({ detail }) => heard.push(detail));
  await client.initialize();
  const outcome = client.generateFlashcards("Tides", 2);
  outcome.catch(() => {});
  const wire = Wire.last;
  await until(() => wire.sent.length);
  const generationId = SERVER["a generate for an engine"].generationId;
  wire.say({ ...SERVER["the guide's progress"], progress: 0, requestId: wire.sent[0].requestId, generationId });
  return { heard, outcome, wire, generationId };
}

async function until(question) {
  for (let tries = 0; !question(); tries++) {
    assert.ok(tries < 1000, "it never came");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Every member that a message has, with its type, must stand in some accepted case of the table. */
function assertInTable(message) {
  const known = ACCEPTED.filter(({ type }) => type === message.type);
  for (const [member, value] of Object.entries(message)) {
    assert.ok(known.some((one) => typeof one[member] === typeof value), `${message.type}.${member} is in no case of the table`);
  }
}

test("the guide's progress is told", async () => {
  const { wire, heard } = await asking();
  wire.say(SERVER["the guide's progress"]);
  assert.equal(heard.at(-1).progress, 50);
});

for (const name of ["the guide's result", "a result out of the cache", "a result with fewer cards than asked"]) {
  test(`${name} ends the call`, async () => {
    const { wire, outcome } = await asking();
    wire.say(SERVER[name]);
    const { cards, cached, partial } = await outcome;
    assert.deepEqual({ cards, ...(cached && { cached }), ...(partial && { partial }) }, SERVER[name].data);
  });
}

for (const name of ["the guide's error with a code", "an error that says when to come back"]) {
  test(`${name} fails the call with its code and its sentence`, async () => {
    const { wire, outcome } = await asking();
    const { code, error: message, retryable } = SERVER[name];
    wire.say(SERVER[name]);
    await assert.rejects(outcome, { name: "GenerationError", code, message, retryable });
  });
}

test("a generate for an engine is answered, and all that was said stands in the table", async () => {
  const { wire } = await asking();
  const asked = SERVER["a generate for an engine"];
  wire.say(asked);
  await until(() => wire.sent.some(({ type }) => type === "response"));
  const response = wire.sent.at(-1);
  assert.deepEqual([response.cacheKey, response.lease, response.generationId], [asked.cacheKey, asked.lease, asked.generationId]);
  assert.deepEqual(response.data.cards.map(({ front }) => front), ["ebb", "flow"]);
  wire.sent.forEach(assertInTable);
});

test("a message of a later version is passed over", async () => {
  const { wire, outcome } = await asking();
  wire.say({ type: "weather", sunny: true });
  wire.say(SERVER["the guide's result"]);
  assert.equal((await outcome).cards.length, 1);
});
