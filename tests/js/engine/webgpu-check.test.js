import assert from "node:assert/strict";
import { test } from "node:test";

import { readBrowser } from "../../../static/js/engine/browser.js";
import { explainWebGPU } from "../../../static/js/engine/webgpu-check.js";

const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
const ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)";
const MAC =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";

const AGENTS = [
  [`${WINDOWS} Chrome/142.0.0.0 Safari/537.36`, "Chrome", 142, "Windows"],
  [`${WINDOWS} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`, "Edge", 142, "Windows"],
  [`${WINDOWS} Chrome/125.0.0.0 Safari/537.36 OPR/111.0.0.0`, "Opera", 111, "Windows"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Firefox",
    144,
    "Windows",
  ],
  [`${MAC} Version/18.6 Safari/605.1.15`, "Safari", 18, "macOS"],
  [`${ANDROID} Chrome/142.0.0.0 Mobile Safari/537.36`, "Chrome", 142, "Android"],
  [
    `${ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
    "Samsung Internet",
    28,
    "Android",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "Safari",
    18,
    "iOS",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1",
    "Chrome",
    142,
    "iOS",
  ],
  [
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Chrome",
    142,
    "ChromeOS",
  ],
  ["NetSurf/3", "this browser", 0, ""],
  [undefined, "this browser", 0, ""],
];

for (const [userAgent, name, version, system] of AGENTS) {
  test(`user agent ${userAgent} is ${name} ${version} on ${system || "an unknown system"}`, () => {
    assert.deepEqual(readBrowser({ userAgent }), { name, version, system });
  });
}

test("an iPad with the user agent of a Mac is identified by its touch screen", () => {
  assert.equal(
    readBrowser({ userAgent: `${MAC} Version/18.6 Safari/605.1.15`, maxTouchPoints: 5 }).system,
    "iOS",
  );
});

const browser = (name, version, system) => ({ name, version, system });
const chrome = browser("Chrome", 142, "Windows");
const missing = (facts) => ({
  isSecure: true,
  hasGpu: false,
  adapter: "none",
  renderer: "hardware",
  ...facts,
});
const available = (facts) => ({
  isSecure: true,
  hasGpu: true,
  adapter: "none",
  renderer: "hardware",
  browser: chrome,
  ...facts,
});

/** Description, facts, code, and the pattern that the message and the next step must match. */
const CASES = [
  ["a hardware adapter", available({ adapter: "hardware" }), "ok"],
  ["a page over HTTP", missing({ isSecure: false, browser: chrome }), "insecure", /HTTPS/],
  [
    "an old Chrome",
    missing({ browser: browser("Chrome", 109, "Windows") }),
    "old",
    /Chrome has WebGPU since version 113, and this is 109.*Update Chrome/,
  ],
  [
    "an old Edge",
    missing({ browser: browser("Edge", 100, "Windows") }),
    "old",
    /Edge.*113.*Update Edge/,
  ],
  [
    "an old Chrome on Android",
    missing({ browser: browser("Chrome", 115, "Android") }),
    "old",
    /Chrome on Android.*121/,
  ],
  [
    "an old Android",
    missing({ browser: browser("Chrome", 142, "Android") }),
    "old_system",
    /Android 12.*another device/,
  ],
  [
    "Chrome on Linux",
    missing({ browser: browser("Chrome", 142, "Linux") }),
    "flags",
    /chrome:\/\/flags\/#enable-unsafe-webgpu.*enable-vulkan/,
  ],
  ["Edge on Linux", missing({ browser: browser("Edge", 142, "Linux") }), "flags", /edge:\/\/flags/],
  [
    "Chrome with WebGPU disabled by a policy",
    missing({ browser: chrome }),
    "policy",
    /manages this computer.*chrome:\/\/policy/,
  ],
  [
    "an old Firefox",
    missing({ browser: browser("Firefox", 128, "Windows") }),
    "old",
    /Firefox.*141.*128/,
  ],
  [
    "an old Firefox on a Mac",
    missing({ browser: browser("Firefox", 143, "macOS") }),
    "old",
    /Firefox on macOS.*145/,
  ],
  [
    "Firefox on a Mac with an Intel chip",
    missing({ browser: browser("Firefox", 150, "macOS") }),
    "unsupported",
    /Apple's own chips/,
  ],
  [
    "Firefox on Linux",
    missing({ browser: browser("Firefox", 145, "Linux") }),
    "flags",
    /dom\.webgpu\.enabled/,
  ],
  [
    "Firefox on Android",
    missing({ browser: browser("Firefox", 145, "Android") }),
    "unsupported",
    /Chrome/,
  ],
  [
    "Firefox with WebGPU switched off",
    missing({ browser: browser("Firefox", 145, "Windows") }),
    "policy",
    /dom\.webgpu\.enabled/,
  ],
  [
    "Safari before 26",
    missing({ browser: browser("Safari", 18, "macOS") }),
    "old",
    /Safari has WebGPU since version 26, and this is 18.*macOS/,
  ],
  [
    "Safari 26 on an old macOS",
    missing({ browser: browser("Safari", 26, "macOS") }),
    "old_system",
    /macOS 26/,
  ],
  [
    "Chrome on an iPhone",
    missing({ browser: browser("Chrome", 142, "iOS") }),
    "old",
    /iOS 26, for Chrome as for every browser/,
  ],
  [
    "an unknown browser",
    missing({ browser: browser("this browser", 0, "") }),
    "unknown",
    /Chrome, Edge, Firefox or Safari/,
  ],
  [
    "hardware acceleration that is switched off",
    available({ renderer: "software" }),
    "no_card",
    /chrome:\/\/settings\/system/,
  ],
  [
    "Firefox without a driver",
    available({ renderer: "none", browser: browser("Firefox", 145, "Windows") }),
    "no_card",
    /Use hardware acceleration/,
  ],
  ["a driver on the block list", available({}), "blocked", /block list.*chrome:\/\/gpu/],
  [
    "a driver on Firefox's block list",
    available({ browser: browser("Firefox", 145, "Windows") }),
    "blocked",
    /about:support/,
  ],
  [
    "a GPU that Chrome on Linux does not use",
    available({ browser: browser("Chrome", 142, "Linux") }),
    "flags",
    /enable-vulkan/,
  ],
  [
    "a GPU that fails",
    available({ error: "GPU process crashed" }),
    "silent",
    /GPU process crashed.*start it again/,
  ],
  [
    "a software adapter",
    available({ adapter: "software" }),
    "software",
    /slow.*graphics acceleration/,
  ],
];

for (const [name, facts, code, pattern = /^ $/] of CASES) {
  test(`explainWebGPU returns "${code}" for ${name}`, () => {
    const { message, step, ...result } = explainWebGPU(facts);
    assert.equal(result.code, code);
    assert.match(`${message} ${step}`, pattern);
    if (code !== "ok") for (const part of [message, step]) assert.match(part, /^[A-Z].*\.$/);
  });
}
