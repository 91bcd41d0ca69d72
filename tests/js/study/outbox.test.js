import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { memoryStorage, Outbox } from "../../../static/js/pages/study/outbox.js";

/** A server that records requests and can be unreachable. */
class Server {
  calls = [];
  isUnreachable = false;
  refuses = new Set();

  async post(_path, { reviews }) {
    this.#answerOrThrow();
    this.calls.push(reviews.map(({ id }) => id));
    return {
      results: reviews.map(({ id }) =>
        this.refuses.has(id) ? { id, status: "refused", error: "No." } : { id, status: "recorded" },
      ),
    };
  }

  async delete(path) {
    this.#answerOrThrow();
    this.calls.push(`undo ${path.split("/").at(-1)}`);
  }

  #answerOrThrow() {
    if (this.isUnreachable)
      throw Object.assign(new Error("The server does not answer."), { status: 0, code: "offline" });
  }
}

let server, storage, outbox;
const open = (user = "1") => new Outbox({ storage, user, api: server });
beforeEach(() => {
  server = new Server();
  storage = memoryStorage();
  outbox = open();
});

test("ratings go out in order and are forgotten once the server has them", async () => {
  for (const id of ["a", "b"]) outbox.addReview({ id });
  await outbox.flush();
  assert.deepEqual(server.calls, [["a", "b"]]);
  assert.equal(outbox.size, 0);
});

test("without the network they stay, over a reload too, and go out later", async () => {
  server.isUnreachable = true;
  outbox.addReview({ id: "a" });
  await outbox.flush();
  assert.equal(outbox.problem.code, "offline");
  outbox = open();
  assert.equal(outbox.size, 1);
  server.isUnreachable = false;
  await outbox.flush();
  assert.deepEqual([server.calls, outbox.size, outbox.problem], [[["a"]], 0, null]);
});

test("an undo goes out after its rating and before the next", async () => {
  outbox.addReview({ id: "a" });
  outbox.addUndo("a");
  outbox.addReview({ id: "b" });
  await outbox.flush();
  assert.deepEqual(server.calls, [["a"], "undo a", ["b"]]);
});

test("what the server refuses is told and not sent for ever", async () => {
  const refused = [];
  outbox.addEventListener("refused", ({ detail }) => refused.push(...detail));
  server.refuses.add("a");
  for (const id of ["a", "b"]) outbox.addReview({ id });
  await outbox.flush();
  assert.deepEqual(
    refused.map(({ id }) => id),
    ["a"],
  );
  assert.equal(outbox.size, 0);
});

test("a long absence goes out in batches", async () => {
  for (let n = 0; n < 250; n += 1) outbox.addReview({ id: n });
  await outbox.flush();
  assert.deepEqual(
    server.calls.map(({ length }) => length),
    [100, 100, 50],
  );
  assert.deepEqual(
    server.calls.flat(),
    Array.from({ length: 250 }, (_, n) => n),
  );
});

test("two tabs keep each other's ratings, and users their own", async () => {
  outbox.addReview({ id: "a" });
  open().addReview({ id: "b" });
  open("2").addReview({ id: "c" });
  assert.equal(outbox.size, 2);
  assert.equal(open("2").size, 1);
});

test("it knows whose ratings the server does not have", async () => {
  outbox.addReview({ id: "a", cardId: "one" });
  outbox.addUndo("b");
  assert.deepEqual([...outbox.cards], ["one"]);
  await outbox.flush();
  assert.equal(outbox.cards.size, 0);
});

test("a scribble under our key is dropped and stops nothing", async () => {
  storage.setItem("mindflip:outbox:1:0", "{");
  outbox.addReview({ id: "a" });
  await outbox.flush();
  assert.deepEqual([server.calls, outbox.size], [[["a"]], 0]);
});
