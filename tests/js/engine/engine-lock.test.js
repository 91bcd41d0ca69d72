import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";

import { EngineSeat } from "../../../static/js/pages/engine/engine-lock.js";

/**
 * Web Locks as far as a seat uses them: exclusive and shared, in order, with a signal, or stolen.
 */
class Locks {
  #held = [];
  #queue = [];

  query() {
    return Promise.resolve({ held: this.#held.map(({ name, mode }) => ({ name, mode })) });
  }

  request(name, { mode = "exclusive", signal, steal = false }, work) {
    return new Promise((resolve, reject) => {
      const wish = { name, mode, work, resolve, reject };
      if (steal)
        for (const robbed of this.#held.splice(0))
          robbed.reject(new DOMException("stolen", "AbortError"));
      this.#queue[steal ? "unshift" : "push"](wish);
      signal?.addEventListener("abort", () => this.#giveUp(wish));
      this.#grant();
    });
  }

  #giveUp(wish) {
    if (!this.#queue.includes(wish)) return;
    this.#queue = this.#queue.filter((one) => one !== wish);
    wish.reject(new DOMException("timed out", "TimeoutError"));
  }

  async #grant() {
    const [next] = this.#queue;
    if (
      !next ||
      !this.#held.every(
        ({ name, mode }) => name !== next.name || (mode === "shared" && next.mode === "shared"),
      )
    )
      return;
    this.#held.push(this.#queue.shift());
    this.#grant();
    const result = await next.work();
    this.#held = this.#held.filter((one) => one !== next);
    next.resolve(result);
    this.#grant();
  }
}

const channels = [];
class Channel extends BroadcastChannel {
  constructor(name) {
    super(name);
    channels.push(this);
  }
}
after(() => channels.forEach((channel) => channel.close()));

let users = 0;
function tabs(count) {
  const [user, locks] = [`user-${++users}`, new Locks()];
  return Array.from(
    { length: count },
    () => new EngineSeat(user, { locks, BroadcastChannel: Channel }),
  );
}
const told = { state: "ready", modelId: "tiny", name: "Tiny" };

test("of two tabs that ask at once one has the seat", async () => {
  const [a, b] = tabs(2);
  assert.deepEqual((await Promise.all([a.take(), b.take()])).sort(), [false, true]);
});

test("a tab hears what the tab with the seat does, also one that was opened later", async () => {
  const [a, b] = tabs(2);
  await a.take();
  a.tell(told);
  b.look();
  while (b.other?.name !== "Tiny") await once(b, "other");
  assert.deepEqual(b.other, told);
  assert.equal(await b.take(), false);
});

test("when the tab with the seat leaves, the next may have it", async () => {
  const [a, b] = tabs(2);
  await a.take();
  await b.look();
  assert.ok(b.other);
  const free = once(b, "other");
  a.leave();
  await free;
  assert.equal(b.other, null);
  assert.equal(await b.take(), true);
});

test("a tab that leaves does not take itself for another", async () => {
  const [a] = tabs(1);
  await a.take();
  a.leave();
  assert.equal(await a.take(), true);
  a.leave();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(a.other, null);
});

test("taking over asks the tab with the seat, which leaves", async () => {
  const [a, b] = tabs(2);
  await a.take();
  a.addEventListener("wanted", () => a.leave());
  await b.takeOver();
  assert.deepEqual([a.isMine, b.isMine], [false, true]);
});

test("a tab that does not answer is robbed, and told", { timeout: 10_000 }, async () => {
  const [a, b] = tabs(2);
  await a.take();
  const robbed = once(a, "robbed");
  await b.takeOver();
  await robbed;
  assert.deepEqual([a.isMine, b.isMine], [false, true]);
});

test("tabs of different users do not disturb each other", async () => {
  const locks = new Locks();
  const [alice, bob] = ["alice", "bob"].map(
    (user) => new EngineSeat(user, { locks, BroadcastChannel: Channel }),
  );
  assert.deepEqual(await Promise.all([alice.take(), bob.take()]), [true, true]);
});

test("without locks every tab has a seat of its own", async () => {
  const seat = new EngineSeat("alice", { locks: null, BroadcastChannel: Channel });
  assert.equal(await seat.take(), true);
});
