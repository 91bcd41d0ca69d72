/**
 * Clients of a real server, controlled by a test in another language. Commands and events are lines
 * of JSON.
 *
 *   {"do": "client", "name", "url", "token", "hasEngine"}
 *   {"do": "generate", "client", "topic", "count"} and {"do": "cancel"}
 *   {"do": "write", "text"} and {"do": "finish"}, for the engine
 *   {"do": "session", "client"}
 */
import { createInterface } from "node:readline";

import WebSocket from "ws";

import { WebLLMClient } from "../../../static/js/client/index.js";
import { Engine } from "./fakes.js";

const clients = {};
const engine = new Engine();
let call = null;

function report(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

class ReportingEngine {
  facts = { engine: "test" };

  generate(messages, options) {
    report({ happened: "generating", messages });
    return engine.generate(messages, options);
  }
}

const COMMANDS = {
  async client({ name, url, token, hasEngine }) {
    const client = new WebLLMClient(token, "test-model", {
      baseUrl: url,
      WebSocket,
      engine: hasEngine ? new ReportingEngine() : null,
    });
    client.addEventListener("connection", ({ detail }) =>
      report({ happened: detail.state, client: name }),
    );
    client.addEventListener("waiting", ({ detail: { status, place } }) =>
      report({ happened: "waiting", client: name, status, place }),
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
  write: ({ text }) => engine.run.write(text),
  finish() {
    engine.run.finish();
    report({ happened: "finished" });
  },
  session: ({ client }) => report({ happened: "session", sessionId: clients[client].sessionId }),
};

async function follow(followedCall, client) {
  try {
    for await (const { front } of followedCall) report({ happened: "card", client, front });
    const { cards, generationId } = await followedCall.result;
    report({ happened: "result", client, generationId, fronts: cards.map(({ front }) => front) });
  } catch ({ code, message, cards }) {
    report({ happened: "error", client, code, message, fronts: cards?.map(({ front }) => front) });
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { do: command, ...fields } = JSON.parse(line);
  await COMMANDS[command](fields);
}
process.exit(0);
