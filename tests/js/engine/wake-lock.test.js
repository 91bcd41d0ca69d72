import assert from "node:assert/strict";
import { test } from "node:test";

import { WakeLock } from "../../../static/js/pages/engine/panel.js";

/** Return a fake page that releases its screen lock when it is hidden, as browsers do. */
function fakePage({ isAllowed = true } = {}) {
  const locks = new Set();
  const fakeDocument = Object.assign(new EventTarget(), { hidden: false });
  const request = async () => {
    if (!isAllowed) throw new DOMException("low battery", "NotAllowedError");
    const lock = new EventTarget();
    lock.release = async () => locks.delete(lock) && lock.dispatchEvent(new Event("release"));
    locks.add(lock);
    return lock;
  };
  Object.defineProperty(globalThis, "document", { value: fakeDocument, configurable: true });
  Object.defineProperty(globalThis, "navigator", {
    value: { wakeLock: { request } },
    configurable: true,
  });
  const setHidden = (hidden) => {
    fakeDocument.hidden = hidden;
    if (hidden) for (const lock of locks) lock.release();
    fakeDocument.dispatchEvent(new Event("visibilitychange"));
  };
  return { locks, setHidden };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("one wake lock is held while there is work and released afterwards", async () => {
  const { locks } = fakePage();
  const wakeLock = new WakeLock();
  wakeLock.set(true);
  wakeLock.set(true);
  await settled();
  assert.equal(locks.size, 1);
  wakeLock.set(false);
  await settled();
  assert.equal(locks.size, 0);
});

test("a wake lock is requested again when a hidden tab becomes visible", async () => {
  const { locks, setHidden } = fakePage();
  const wakeLock = new WakeLock();
  wakeLock.set(true);
  await settled();
  setHidden(true);
  await settled();
  assert.equal(locks.size, 0);
  setHidden(false);
  await settled();
  assert.equal(locks.size, 1);
});

test("a wake lock that is granted after the work has ended is released", async () => {
  const { locks } = fakePage();
  const wakeLock = new WakeLock();
  wakeLock.set(true);
  wakeLock.set(false);
  await settled();
  assert.equal(locks.size, 0);
});

test("a rejected wake lock request is ignored", async () => {
  const { locks } = fakePage({ isAllowed: false });
  new WakeLock().set(true);
  await settled();
  assert.equal(locks.size, 0);
});
