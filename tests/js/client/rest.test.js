/** REST calls whose responses are missing, incomplete or empty, or contain a Retry-After header. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import test, { afterEach, beforeEach } from "node:test";

import { Rest } from "../../../static/js/client/index.js";

let server, rest, answer;

beforeEach(async () => {
  server = createServer((_request, response) => answer(response));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  rest = new Rest({ baseUrl: `http://127.0.0.1:${server.address().port}`, timeoutSeconds: 0.2 });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const OFFLINE = { name: "ApiError", code: "offline", status: 0, retryable: true };

test("a call that the server never answers fails as offline when its time is over", async () => {
  answer = () => {};
  await assert.rejects(rest.get("/"), OFFLINE);
});

test("half an answer is none", async () => {
  answer = (response) => response.write('{"cards": [');
  await assert.rejects(rest.get("/"), OFFLINE);
  answer = (response) => response.writeHead(200, { "Content-Length": 100 }).end("{");
  await assert.rejects(rest.get("/"), OFFLINE);
});

test("an empty answer is null", async () => {
  answer = (response) => response.writeHead(204).end();
  assert.equal(await rest.delete("/"), null);
});

test("a refusal says when to try again", async () => {
  answer = (response) =>
    response
      .writeHead(429, { "Retry-After": "7" })
      .end('{"error": "Too fast.", "code": "rate_limited"}');
  await assert.rejects(rest.get("/"), {
    message: "Too fast.",
    code: "rate_limited",
    status: 429,
    retryAfter: 7,
  });
});
