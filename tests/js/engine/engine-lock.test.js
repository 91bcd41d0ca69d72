import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";

import { EngineLock } from "../../../static/js/pages/engine/engine-lock.js";

/**
 * A fake of Web Locks with the features that EngineLock uses: exclusive and shared locks, a queue,
 * abort signals and stealing.
 */
class Locks {
  #held = [];
  #queue = [];

  query() {
    return Promise.resolve({ held: this.#held.map(({ name, mode }) => ({ name, mode })) });
  }

  request(name, { mode = "exclusive", signal, steal = false }, callback) {
    return new Promise((resolve, reject) => {
      const request = { name, mode, callback, resolve, reject };
      if (steal)
        for (const stolen of this.#held.splice(0))
          stolen.reject(new DOMException("stolen", "AbortError"));
      this.#queue[steal ? "unshift" : "push"](request);
      signal?.addEventListener("abort", () => this.#cancel(request));
      this.#grant();
    });
  }

  #cancel(request) {
    if (!this.#queue.includes(request)) return;
    this.#queue = this.#queue.filter((queued) => queued !== request);
    request.reject(new DOMException("timed out", "TimeoutError"));
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
    const result = await next.callback();
    this.#held = this.#held.filter((granted) => granted !== next);
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

let userCount = 0;
/** Return a function that opens a tab of a new user's browser. */
function createBrowser() {
  const [user, locks] = [`user-${++userCount}`, new Locks()];
  return () => new EngineLock(user, { locks, BroadcastChannel: Channel });
}

function createTabs(count) {
  return Array.from({ length: count }, createBrowser());
}
const status = { state: "ready", modelId: "tiny", name: "Tiny" };

test("one of two tabs acquires the lock when both request it", async () => {
  const [a, b] = createTabs(2);
  assert.deepEqual((await Promise.all([a.acquire(), b.acquire()])).sort(), [false, true]);
});

test("a tab receives the owner's status after a refresh and cannot acquire the lock", async () => {
  const [a, b] = createTabs(2);
  await a.acquire();
  a.broadcast(status);
  b.refresh();
  while (b.other?.name !== "Tiny") await once(b, "other");
  assert.deepEqual(b.other, status);
  assert.equal(await b.acquire(), false);
});

test("a tab opened after the owner's last broadcast receives it", { timeout: 60_000 }, async () => {
  const openTab = createBrowser();
  const a = openTab();
  await a.acquire();
  a.broadcast(status);
  const b = openTab();
  assert.equal(b.other, null);
  await b.refresh();
  while (b.other?.name !== "Tiny") await once(b, "other");
  assert.deepEqual(b.other, status);
  assert.equal(await b.acquire(), false);
});

test("a tab acquires the lock after its owner releases it", async () => {
  const [a, b] = createTabs(2);
  await a.acquire();
  await b.refresh();
  assert.ok(b.other);
  const free = once(b, "other");
  a.release();
  await free;
  assert.equal(b.other, null);
  assert.equal(await b.acquire(), true);
});

test("a tab that releases the lock does not report itself as the other owner", async () => {
  const [a] = createTabs(1);
  await a.acquire();
  a.release();
  assert.equal(await a.acquire(), true);
  a.release();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(a.other, null);
});

test("takeOver requests a release from the owner and acquires the lock", async () => {
  const [a, b] = createTabs(2);
  await a.acquire();
  a.addEventListener("release-requested", () => a.release());
  await b.takeOver();
  assert.deepEqual([a.isOwned, b.isOwned], [false, true]);
});

test("takeOver steals the lock from a tab that does not respond", { timeout: 60_000 }, async () => {
  const [a, b] = createTabs(2);
  await a.acquire();
  const stolen = once(a, "stolen");
  await b.takeOver();
  await stolen;
  assert.deepEqual([a.isOwned, b.isOwned], [false, true]);
});

test("tabs of different users acquire their locks independently", async () => {
  const locks = new Locks();
  const [alice, bob] = ["alice", "bob"].map(
    (user) => new EngineLock(user, { locks, BroadcastChannel: Channel }),
  );
  assert.deepEqual(await Promise.all([alice.acquire(), bob.acquire()]), [true, true]);
});

test("every tab acquires the lock in a browser without Web Locks", async () => {
  const lock = new EngineLock("alice", { locks: null, BroadcastChannel: Channel });
  assert.equal(await lock.acquire(), true);
  const other = new EngineLock("alice", { locks: null, BroadcastChannel: Channel });
  assert.equal(await other.acquire(), true);
  assert.deepEqual([lock.isOwned, other.isOwned], [true, true]);
});
