/** REST requests whose responses are missing, incomplete, empty or errors with Retry-After. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import test, { afterEach, beforeEach } from "node:test";

import { Rest } from "../../../static/js/client/index.js";

let server, rest, impatientRest, respond;

beforeEach(async () => {
  server = createServer((_request, response) => respond(response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  rest = new Rest({ baseUrl });
  impatientRest = new Rest({ baseUrl, timeoutSeconds: 0.2 });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const OFFLINE = { name: "ApiError", code: "offline", status: 0, retryable: true };

test("a request without a response fails as offline after its timeout", async () => {
  respond = () => {};
  await assert.rejects(impatientRest.get("/"), OFFLINE);
});

test("a request with an incomplete response fails as offline", async () => {
  respond = (response) => response.write('{"cards": [');
  await assert.rejects(impatientRest.get("/"), OFFLINE);
  respond = (response) => response.writeHead(200, { "Content-Length": 100 }).end("{");
  await assert.rejects(impatientRest.get("/"), OFFLINE);
});

test("a response without a body is returned as null", async () => {
  respond = (response) => response.writeHead(204).end();
  assert.equal(await rest.delete("/"), null);
});

test("an error response has its message, code, status and Retry-After", async () => {
  respond = (response) =>
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
