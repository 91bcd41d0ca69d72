/**
 * A server, a clock and an engine in the hands of a test: nothing here sleeps, and nothing happens
 * that the test does not say.
 */
import assert from "node:assert/strict";

import { WebLLMClient } from "../../../static/js/client/index.js";

/** Let everything run that waits for nothing. */
export async function settled() {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export class Clock {
  #now = 0;
  #timers = new Map();
  #last = 0;

  now() {
    return this.#now;
  }

  setTimeout(step, ms) {
    this.#timers.set(++this.#last, { at: this.#now + ms, step });
    return this.#last;
  }

  clearTimeout(timer) {
    this.#timers.delete(timer);
  }

  /** Let seconds pass; each timer runs in its time. */
  async advance(seconds) {
    const end = this.#now + seconds * 1000;
    for (let next; (next = this.#next(end)); await settled()) {
      const [timer, { at, step }] = next;
      this.#now = at;
      this.#timers.delete(timer);
      step();
    }
    this.#now = end;
  }

  #next(end) {
    return [...this.#timers]
      .filter(([, { at }]) => at <= end)
      .sort(([, one], [, other]) => one.at - other.at)[0];
  }
}

/** The server's end of one WebSocket. */
class Wire {
  readyState = 1;
  sent = [];

  constructor(url, protocols) {
    Object.assign(this, { url, protocols });
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }

  /** The snapshot with which a socket begins. */
  greet({ seq = 0, generations = [] } = {}) {
    this.say({ type: "session", session: { status: "ready" }, generations, seq });
  }

  drop(code = 1006, reason = "") {
    this.close();
    this.onclose({ code, reason });
  }

  ofType(type) {
    return this.sent.filter((message) => message.type === type);
  }
}

export class Server {
  clock = new Clock();
  wires = [];
  /** What REST was asked: ["POST /api/...", ...] */
  asked = [];
  /** Answers by "METHOD path", in place of the usual; a function may throw, as fetch does. */
  answers = {};
  #sessions = 0;

  get wire() {
    return this.wires.at(-1);
  }

  /** A client of this server, not yet initialized. `heard` collects what it tells of. */
  client(settings = {}) {
    const { wires, clock } = this;
    const WebSocket = class extends Wire {
      constructor(...address) {
        super(...address);
        wires.push(this);
      }
    };
    const fetch = (url, request) => this.#fetch(url, request);
    const client = new WebLLMClient("token", "model", {
      WebSocket,
      fetch,
      clock,
      random: () => 1,
      ...settings,
    });
    client.heard = [];
    const names = [
      "connection",
      "progress",
      "card",
      "draft",
      "waiting",
      "generation",
      "tokens",
      "enginefailed",
      "problem",
    ];
    for (const name of names)
      client.addEventListener(name, ({ detail }) => client.heard.push({ name, ...detail }));
    return client;
  }

  /** A client whose socket is up. */
  async connected(settings) {
    const client = this.client(settings);
    await client.initialize();
    await settled();
    this.wire.greet();
    return client;
  }

  async #fetch(url, { method, headers }) {
    const what = `${method} ${new URL(url).pathname}`;
    this.asked.push(what);
    this.authorization = headers.Authorization;
    const answer = this.answers[what] ?? this.#usual(what);
    const {
      status = 200,
      body = {},
      retryAfter,
    } = typeof answer === "function" ? await answer() : answer;
    return new Response(JSON.stringify(body), {
      status,
      headers: retryAfter ? { "Retry-After": String(retryAfter) } : {},
    });
  }

  #usual(what) {
    if (what === "POST /api/webllm/session")
      return { status: 201, body: sessionNumber(++this.#sessions) };
    if (what.endsWith("/ticket"))
      return { status: 201, body: { wsUrl: "ws://server/fresh-ticket" } };
    return { body: { success: true } };
  }
}

function sessionNumber(number) {
  return {
    sessionId: `session-${number}`,
    wsUrl: `ws://server/session-${number}`,
    status: "initializing",
  };
}

/** An engine that writes what the test gives it, when the test gives it. */
export class Engine {
  facts = { engine: "wllama", threads: 2 };
  turns = [];

  generate(messages, { onToken, signal, ...options }) {
    return new Promise((resolve, reject) => {
      const turn = { messages, options, signal, tokens: 0, text: "", reject };
      turn.write = (text, seconds = 1) =>
        onToken({ text, tokens: ++turn.tokens, seconds, done: (turn.text += text) });
      turn.finish = () =>
        resolve({ text: turn.text, usage: { promptTokens: 3, completionTokens: 8, seconds: 2 } });
      signal.addEventListener("abort", turn.finish);
      this.turns.push(turn);
    });
  }

  get turn() {
    return this.turns.at(-1);
  }
}

let made = 0;

/** The server's `generate` for an engine. */
export function generateFor(generationId, more = {}) {
  const options = { topic: "Tides", count: 2 };
  const rest = {
    attempt: 1,
    cacheKey: "webllm:flashcards:Tides:2",
    messages: [{ role: "user", content: "Tides" }],
    responseFormat: {},
    cardsSoFar: [],
  };
  return {
    type: "generate",
    prompt: "Tides",
    options,
    generationId,
    lease: `lease-${++made}`,
    ...rest,
    ...more,
  };
}

export function card(front) {
  return { id: `id-${front}`, front, back: `${front} it is` };
}

/** How a promise ended, or that it has not. */
export async function outcomeOf(promise) {
  let outcome = { state: "open" };
  promise.then(
    (value) => (outcome = { state: "succeeded", value }),
    (error) => (outcome = { state: "failed", error }),
  );
  await settled();
  return outcome;
}

export async function assertFails(promise, expected) {
  const { state, error } = await outcomeOf(promise);
  assert.equal(state, "failed");
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(error[name], value, name);
}
