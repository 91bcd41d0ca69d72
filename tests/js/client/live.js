/**
 * Clients of a real server, in the hands of a test in another language: commands come as lines of
 * JSON, and so does what happens.
 *
 *   {"do": "client", "name", "url", "token", "hasEngine"}
 *   {"do": "generate", "client", "topic", "count"} and {"do": "cancel"}
 *   {"do": "write", "text"} and {"do": "finish"}, for the engine
 */
import { createInterface } from "node:readline";

import WebSocket from "ws";

import { WebLLMClient } from "../../../static/js/client/index.js";
import { Engine } from "./fakes.js";

const clients = {};
const engine = new Engine();
let call = null;

function say(happened) {
  process.stdout.write(`${JSON.stringify(happened)}\n`);
}

class ToldEngine {
  facts = { engine: "test" };

  generate(messages, options) {
    say({ happened: "asked", messages });
    return engine.generate(messages, options);
  }
}

const COMMANDS = {
  async client({ name, url, token, hasEngine }) {
    const client = new WebLLMClient(token, "test-model", {
      baseUrl: url,
      WebSocket,
      engine: hasEngine ? new ToldEngine() : null,
    });
    client.addEventListener("connection", ({ detail }) =>
      say({ happened: detail.state, client: name }),
    );
    client.addEventListener("waiting", ({ detail: { status, place } }) =>
      say({ happened: "waiting", client: name, status, place }),
    );
    client.addEventListener("generation", ({ detail }) => follow(detail.call, `${name}, watching`));
    clients[name] = client;
    await client.initialize();
  },
  generate({ client, topic, count }) {
    call = clients[client].generate({ topic, count });
    follow(call, client);
  },
  cancel: () => call.cancel(),
  write: ({ text }) => engine.turn.write(text),
  finish() {
    engine.turn.finish();
    say({ happened: "finished" });
  },
  session: ({ client }) => say({ happened: "session", sessionId: clients[client].sessionId }),
};

async function follow(one, client) {
  try {
    for await (const { front } of one) say({ happened: "card", client, front });
    const { cards, generationId } = await one.result;
    say({ happened: "result", client, generationId, fronts: cards.map(({ front }) => front) });
  } catch ({ code, message, cards }) {
    say({ happened: "error", client, code, message, fronts: cards?.map(({ front }) => front) });
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { do: what, ...members } = JSON.parse(line);
  await COMMANDS[what](members);
}
process.exit(0);
