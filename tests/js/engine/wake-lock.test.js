import assert from "node:assert/strict";
import { test } from "node:test";

import { WakeLock } from "../../../static/js/pages/engine/panel.js";

/** Return a fake page that releases its screen lock when it is hidden, as browsers do. */
function page({ isAllowed = true } = {}) {
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
  const hide = (hidden) => {
    fakeDocument.hidden = hidden;
    if (hidden) for (const lock of locks) lock.release();
    fakeDocument.dispatchEvent(new Event("visibilitychange"));
  };
  return { held: locks, hide };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("the screen stays on while there is work, and no longer", async () => {
  const { held: locks } = page();
  const wakeLock = new WakeLock();
  wakeLock.set(true);
  wakeLock.set(true);
  await settled();
  assert.equal(locks.size, 1);
  wakeLock.set(false);
  await settled();
  assert.equal(locks.size, 0);
});

test("a tab that was hidden keeps the screen on again when it is seen", async () => {
  const { held: locks, hide } = page();
  const wakeLock = new WakeLock();
  wakeLock.set(true);
  await settled();
  hide(true);
  await settled();
  assert.equal(locks.size, 0);
  hide(false);
  await settled();
  assert.equal(locks.size, 1);
});

test("work that is over before the lock was given leaves none behind", async () => {
  const { held: locks } = page();
  const wakeLock = new WakeLock();
  wakeLock.set(true);
  wakeLock.set(false);
  await settled();
  assert.equal(locks.size, 0);
});

test("a system that refuses costs nothing", async () => {
  const { held: locks } = page({ isAllowed: false });
  new WakeLock().set(true);
  await settled();
  assert.equal(locks.size, 0);
});
