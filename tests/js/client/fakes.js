/**
 * A server, a clock and an engine that a test controls. Nothing sleeps, and nothing happens unless
 * the test triggers it.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { WebLLMClient } from "../../../static/js/client/index.js";

const TABLE = "tests/contract/protocol_cases.json";
/** The messages that both sides are tested with. */
export const CASES = JSON.parse(readFileSync(new URL(`../../../${TABLE}`, import.meta.url)));
const ACCEPTED = [...CASES.fromClient, ...CASES.fromClientV1]
  .filter((example) => !example.error)
  .map(({ text }) => JSON.parse(text));

/** Run everything that waits for neither a timer nor a message. */
export async function flush() {
  for (let round = 0; round < 10; round++) await new Promise((resolve) => setImmediate(resolve));
}

export class Clock {
  #now = 0;
  #timers = new Map();
  #lastTimer = 0;

  now() {
    return this.#now;
  }

  setTimeout(callback, ms) {
    this.#timers.set(++this.#lastTimer, { dueAt: this.#now + ms, callback });
    return this.#lastTimer;
  }

  clearTimeout(timer) {
    this.#timers.delete(timer);
  }

  /** Advance the clock. Each timer runs when it is due. */
  async advance(seconds) {
    const end = this.#now + seconds * 1000;
    for (let next; (next = this.#nextDue(end)); await flush()) {
      const [timer, { dueAt, callback }] = next;
      this.#now = dueAt;
      this.#timers.delete(timer);
      callback();
    }
    this.#now = end;
  }

  #nextDue(end) {
    return [...this.#timers]
      .filter(([, { dueAt }]) => dueAt <= end)
      .sort(([, first], [, second]) => first.dueAt - second.dueAt)[0];
  }
}

/** Check that every field of a client's message, with its type, is in a case of the table. */
function assertInTable(message) {
  const accepted = ACCEPTED.filter(({ type }) => type === message.type);
  assert.ok(accepted.length, `Add a case of ${message.type} to fromClientV1 in ${TABLE}.`);
  for (const [field, value] of Object.entries(message)) {
    assert.ok(
      accepted.some((example) => typeof example[field] === typeof value),
      `Add a case with ${message.type}.${field} to fromClientV1 in ${TABLE}.`,
    );
  }
}

/** The server's end of a WebSocket. It only accepts messages of the table. */
class ServerSocket {
  readyState = 1;
  sent = [];

  constructor(url, protocols) {
    Object.assign(this, { url, protocols });
  }

  send(text) {
    const message = JSON.parse(text);
    assertInTable(message);
    this.sent.push(message);
  }

  close() {
    this.readyState = 3;
  }

  receive(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }

  /** Send the snapshot that the server sends first on each socket. */
  sendSnapshot({ seq = 0, generations = [] } = {}) {
    this.receive({ type: "session", session: { status: "ready" }, generations, seq });
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
  sockets = [];
  /** The REST requests so far: ["POST /api/...", ...] */
  requests = [];
  /** Responses by "METHOD path" that replace the defaults. A function may throw like fetch. */
  responses = {};
  #sessions = 0;

  get socket() {
    return this.sockets.at(-1);
  }

  /** Return a client of this server that is not initialized yet. `events` collects its events. */
  createClient({ token = "token", ...settings } = {}) {
    const { sockets, clock } = this;
    const WebSocket = class extends ServerSocket {
      constructor(...args) {
        super(...args);
        sockets.push(this);
      }
    };
    const fetch = (url, request) => this.#fetch(url, request);
    const client = new WebLLMClient(token, "model", {
      WebSocket,
      fetch,
      clock,
      random: () => 1,
      ...settings,
    });
    client.events = [];
    client.emit = (name, detail) => {
      client.events.push({ name, ...detail });
      WebLLMClient.prototype.emit.call(client, name, detail);
    };
    return client;
  }

  /** Return a client with an open socket. */
  async connectClient(settings) {
    const client = this.createClient(settings);
    await client.initialize();
    await flush();
    this.socket.sendSnapshot();
    return client;
  }

  async #fetch(url, { method, headers }) {
    const endpoint = `${method} ${new URL(url).pathname}`;
    this.requests.push(endpoint);
    this.authorization = headers.Authorization;
    const response = this.responses[endpoint] ?? this.#defaultResponse(endpoint);
    const {
      status = 200,
      body = {},
      retryAfter,
    } = typeof response === "function" ? await response() : response;
    return new Response(JSON.stringify(body), {
      status,
      headers: retryAfter ? { "Retry-After": String(retryAfter) } : {},
    });
  }

  #defaultResponse(endpoint) {
    if (endpoint === "POST /api/webllm/session")
      return { status: 201, body: sessionBody(++this.#sessions) };
    if (endpoint.endsWith("/ticket"))
      return { status: 201, body: { wsUrl: "ws://server/fresh-ticket" } };
    return { body: { success: true } };
  }
}

function sessionBody(number) {
  return {
    sessionId: `session-${number}`,
    wsUrl: `ws://server/session-${number}`,
    status: "initializing",
  };
}

/** An engine whose output is controlled by the test. */
export class Engine {
  facts = { engine: "wllama", threads: 2 };
  runs = [];

  generate(messages, { onToken, signal, ...options }) {
    return new Promise((resolve, reject) => {
      const run = { messages, options, signal, tokens: 0, text: "", reject };
      run.write = (text, seconds = 1) =>
        onToken({ text, tokens: ++run.tokens, seconds, done: (run.text += text) });
      run.finish = () =>
        resolve({ text: run.text, usage: { promptTokens: 3, completionTokens: 8, seconds: 2 } });
      signal.addEventListener("abort", run.finish);
      this.runs.push(run);
    });
  }

  get run() {
    return this.runs.at(-1);
  }
}

let leaseCount = 0;

/** Return the `generate` message that the server sends to an engine. */
export function generateMessage(generationId, overrides = {}) {
  const options = { topic: "Tides", count: 2 };
  const baseFields = {
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
    lease: `lease-${++leaseCount}`,
    ...baseFields,
    ...overrides,
  };
}

export function card(front) {
  return { id: `id-${front}`, front, back: `${front} tide` };
}

/** Return the outcome of a promise, which is "open" while the promise is pending. */
export async function outcomeOf(promise) {
  let outcome = { state: "open" };
  promise.then(
    (value) => (outcome = { state: "succeeded", value }),
    (error) => (outcome = { state: "failed", error }),
  );
  await flush();
  return outcome;
}

export async function assertFails(promise, expected) {
  const { state, error } = await outcomeOf(promise);
  assert.equal(state, "failed");
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(error[name], value, name);
}
