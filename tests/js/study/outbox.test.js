import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { memoryStorage, Outbox } from "../../../static/js/pages/study/outbox.js";

/** A server that records requests and can be unreachable. */
class Server {
  calls = [];
  isUnreachable = false;
  rejectedIds = new Set();

  async post(_path, { reviews }) {
    this.#throwIfUnreachable();
    this.calls.push(reviews.map(({ id }) => id));
    return {
      results: reviews.map(({ id }) =>
        this.rejectedIds.has(id)
          ? { id, status: "refused", error: "No." }
          : { id, status: "recorded" },
      ),
    };
  }

  async delete(path) {
    this.#throwIfUnreachable();
    this.calls.push(`undo ${path.split("/").at(-1)}`);
  }

  #throwIfUnreachable() {
    if (this.isUnreachable)
      throw Object.assign(new Error("The server does not answer."), { status: 0, code: "offline" });
  }
}

let server, storage, outbox;
const openOutbox = (user = "1") => new Outbox({ storage, user, api: server });
beforeEach(() => {
  server = new Server();
  storage = memoryStorage();
  outbox = openOutbox();
});

test("reviews are sent in order and deleted after the server accepts them", async () => {
  for (const id of ["a", "b"]) outbox.addReview({ id });
  await outbox.flush();
  assert.deepEqual(server.calls, [["a", "b"]]);
  assert.equal(outbox.size, 0);
});

test("unsent reviews are kept offline and after a reload, and sent later", async () => {
  server.isUnreachable = true;
  outbox.addReview({ id: "a" });
  await outbox.flush();
  assert.equal(outbox.problem.code, "offline");
  outbox = openOutbox();
  assert.equal(outbox.size, 1);
  server.isUnreachable = false;
  await outbox.flush();
  assert.deepEqual([server.calls, outbox.size, outbox.problem], [[["a"]], 0, null]);
});

test("an undo is sent after its review and before the next one", async () => {
  outbox.addReview({ id: "a" });
  outbox.addUndo("a");
  outbox.addReview({ id: "b" });
  await outbox.flush();
  assert.deepEqual(server.calls, [["a"], "undo a", ["b"]]);
});

test("a review that the server rejects is reported and not retried", async () => {
  const rejected = [];
  outbox.addEventListener("refused", ({ detail }) => rejected.push(...detail));
  server.rejectedIds.add("a");
  for (const id of ["a", "b"]) outbox.addReview({ id });
  await outbox.flush();
  assert.deepEqual(
    rejected.map(({ id }) => id),
    ["a"],
  );
  assert.equal(outbox.size, 0);
});

test("many reviews are sent in order in batches of 100", async () => {
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

test("tabs share the reviews of a user, and users have separate ones", async () => {
  outbox.addReview({ id: "a" });
  openOutbox().addReview({ id: "b" });
  openOutbox("2").addReview({ id: "c" });
  assert.equal(outbox.size, 2);
  assert.equal(openOutbox("2").size, 1);
});

test("the outbox lists the cards with unsent reviews", async () => {
  outbox.addReview({ id: "a", cardId: "one" });
  outbox.addUndo("b");
  assert.deepEqual([...outbox.cards], ["one"]);
  await outbox.flush();
  assert.equal(outbox.cards.size, 0);
});

test("an invalid entry is dropped and does not block other reviews", async () => {
  storage.setItem("mindflip:outbox:1:0", "{");
  outbox.addReview({ id: "a" });
  await outbox.flush();
  assert.deepEqual([server.calls, outbox.size], [[["a"]], 0]);
});
