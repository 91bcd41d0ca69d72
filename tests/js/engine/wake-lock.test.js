import assert from "node:assert/strict";
import { test } from "node:test";

import { KeepAwake } from "../../../static/js/pages/engine/panel.js";

/** A page whose screen lock goes when it is hidden, as browsers do it. */
function page({ isAllowed = true } = {}) {
  const held = new Set();
  const seen = Object.assign(new EventTarget(), { hidden: false });
  const request = async () => {
    if (!isAllowed) throw new DOMException("low battery", "NotAllowedError");
    const lock = new EventTarget();
    lock.release = async () => held.delete(lock) && lock.dispatchEvent(new Event("release"));
    held.add(lock);
    return lock;
  };
  Object.defineProperty(globalThis, "document", { value: seen, configurable: true });
  Object.defineProperty(globalThis, "navigator", {
    value: { wakeLock: { request } },
    configurable: true,
  });
  const hide = (hidden) => {
    seen.hidden = hidden;
    if (hidden) for (const lock of held) lock.release();
    seen.dispatchEvent(new Event("visibilitychange"));
  };
  return { held, hide };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("the screen stays on while there is work, and no longer", async () => {
  const { held } = page();
  const awake = new KeepAwake();
  awake.set(true);
  awake.set(true);
  await settled();
  assert.equal(held.size, 1);
  awake.set(false);
  await settled();
  assert.equal(held.size, 0);
});

test("a tab that was hidden keeps the screen on again when it is seen", async () => {
  const { held, hide } = page();
  const awake = new KeepAwake();
  awake.set(true);
  await settled();
  hide(true);
  await settled();
  assert.equal(held.size, 0);
  hide(false);
  await settled();
  assert.equal(held.size, 1);
});

test("work that is over before the lock was given leaves none behind", async () => {
  const { held } = page();
  const awake = new KeepAwake();
  awake.set(true);
  awake.set(false);
  await settled();
  assert.equal(held.size, 0);
});

test("a system that refuses costs nothing", async () => {
  const { held } = page({ isAllowed: false });
  new KeepAwake().set(true);
  await settled();
  assert.equal(held.size, 0);
});
