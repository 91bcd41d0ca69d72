// Explanations of why WebGPU is missing or slow, and what to do about it. Pure. The versions are
// from https://github.com/gpuweb/gpuweb/wiki/Implementation-Status.

/**
 * @typedef {object} WebGPUFacts
 * @property {boolean} isSecure  the page is loaded over HTTPS or from localhost
 * @property {boolean} hasGpu  navigator.gpu exists
 * @property {"hardware"|"software"|"none"} adapter  the adapter that navigator.gpu returned
 * @property {string} [error]  the error message if requesting an adapter failed
 * @property {"hardware"|"software"|"none"} renderer  what WebGL, which is much older, draws with
 * @property {import("./browser.js").BrowserFacts} browser
 *
 * @typedef {{code: string, message: string, step: string}} Verdict  `message` and `step`
 *   are empty if hardware WebGPU is available
 */

const CHROMIUM = new Set(["Chrome", "Edge", "Opera", "Samsung Internet"]);
/** The first versions with any WebGPU support, by browser and system. */
const MIN_VERSIONS = {
  Chrome: { default: 113, Android: 121, Linux: 113 },
  Edge: { default: 113, Android: 121, Linux: 113 },
  Opera: { default: 99, Android: 80, Linux: 99 },
  "Samsung Internet": { default: 24 },
  Firefox: { default: 141, macOS: 145 },
  Safari: { default: 26 },
};

/** Return the verdict for a browser. @param {WebGPUFacts} facts @returns {Verdict} */
export function explainWebGPU(facts) {
  const { isSecure, hasGpu, adapter, error } = facts;
  if (!isSecure) return INSECURE;
  if (!hasGpu) return explainMissing(facts.browser);
  if (error)
    return verdict(
      "silent",
      `WebGPU is there, but the graphics card did not answer (${error}).`,
      "Close the browser altogether and start it again; if it stays, update the graphics driver.",
    );
  if (adapter === "none") return explainNoAdapter(facts);
  return adapter === "software" ? explainSoftware(facts.browser) : verdict("ok", "", "");
}

const INSECURE = verdict(
  "insecure",
  "WebGPU is only given to pages over HTTPS or on localhost.",
  "Open this page over HTTPS; if there is no such address, ask whoever runs this server.",
);

/** @returns {Verdict} */
function explainMissing(browser) {
  const { name, system } = browser;
  if (system === "iOS")
    return verdict(
      "old",
      `On iPhones and iPads WebGPU comes with iOS 26, for ${name} as for every browser.`,
      "Update in Settings, General, Software Update.",
    );
  if (isOld(browser)) return explainOld(browser);
  if (CHROMIUM.has(name)) return explainSwitchedOff(browser);
  if (name === "Firefox") return explainFirefox(browser);
  if (name === "Safari")
    return verdict(
      "old_system",
      "Safari has WebGPU on macOS 26 and later.",
      "Update macOS, or open this page in Chrome.",
    );
  return verdict(
    "unknown",
    "This browser has no WebGPU, or it is switched off.",
    "Open this page in a current Chrome, Edge, Firefox or Safari.",
  );
}

function isOld({ name, version, system }) {
  const minVersion = MIN_VERSIONS[name]?.[system] ?? MIN_VERSIONS[name]?.default;
  return minVersion !== undefined && version > 0 && version < minVersion;
}

function explainOld({ name, version, system }) {
  const minVersion = MIN_VERSIONS[name][system] ?? MIN_VERSIONS[name].default;
  const platform = system && MIN_VERSIONS[name][system] ? ` on ${system}` : "";
  const step =
    name === "Safari"
      ? "Update macOS to version 26 or later, or open this page in Chrome."
      : `Update ${name}: its menu, Help, About ${name}.`;
  return verdict(
    "old",
    `${name}${platform} has WebGPU since version ${minVersion}, and this is ${version}.`,
    step,
  );
}

/** Explain why a Chromium browser that should have WebGPU does not. @returns {Verdict} */
function explainSwitchedOff({ name, system }) {
  if (system === "Linux")
    return verdict(
      "flags",
      `${name} on Linux gives WebGPU only to some graphics cards by itself.`,
      `Update ${name}. If it stays, enable ${flags(name)} and restart the browser.`,
    );
  if (system === "Android")
    return verdict(
      "old_system",
      `${name} on Android has WebGPU from Android 12 on, with the graphics of Qualcomm and ARM.`,
      `Update Android and ${name}, or let another device of yours write.`,
    );
  return verdict(
    "policy",
    `WebGPU is switched off in ${name}, by a setting or by whoever manages this computer.`,
    `Look at ${scheme(name)}://policy and at ${scheme(name)}://gpu; a managed computer's settings are changed by its administrator.`,
  );
}

/** @returns {Verdict} */
function explainFirefox({ system }) {
  if (system === "Android")
    return verdict(
      "unsupported",
      "Firefox on Android has no WebGPU yet.",
      "Open this page in Chrome.",
    );
  if (system === "Linux")
    return verdict(
      "flags",
      "Firefox on Linux does not offer WebGPU by itself yet.",
      "Open this page in Chrome, or set dom.webgpu.enabled to true in about:config and restart Firefox.",
    );
  if (system === "macOS")
    return verdict(
      "unsupported",
      "Firefox has WebGPU on Macs with Apple's own chips and macOS 26.",
      "Update macOS, or open this page in Chrome.",
    );
  return verdict(
    "policy",
    "WebGPU is switched off in Firefox.",
    "Set dom.webgpu.enabled to true in about:config; a managed computer's settings are changed by its administrator.",
  );
}

/** @returns {Verdict} */
function explainNoAdapter({ browser, renderer }) {
  const { name, system } = browser;
  if (renderer !== "hardware")
    return verdict(
      "no_card",
      "WebGPU is there, but this browser uses no graphics card: hardware acceleration is off, or there is no driver.",
      acceleration(name),
    );
  if (system === "Linux" && CHROMIUM.has(name))
    return verdict(
      "flags",
      `${name} on Linux keeps WebGPU from this graphics card.`,
      `Update the graphics driver. If it stays, enable ${flags(name)} and restart the browser.`,
    );
  return verdict(
    "blocked",
    `${name === "this browser" ? "This browser" : name} keeps WebGPU from this graphics card or its driver, because they are on its block list.`,
    `Update the graphics driver and the browser; ${report(name)} says more.`,
  );
}

/** @returns {Verdict} */
function explainSoftware({ name }) {
  return verdict(
    "software",
    "WebGPU is there, but without a graphics card: the processor stands in for it, which is slow.",
    acceleration(name),
  );
}

function acceleration(name) {
  if (name === "Firefox")
    return "Switch on Settings, General, Performance, Use hardware acceleration, and restart Firefox.";
  if (CHROMIUM.has(name))
    return `Switch on graphics acceleration in ${scheme(name)}://settings/system and restart the browser; if it is on, install the graphics driver.`;
  return "Switch on hardware acceleration in the browser's settings and restart it; if it is on, install the graphics driver.";
}

function flags(name) {
  return `${scheme(name)}://flags/#enable-unsafe-webgpu and ${scheme(name)}://flags/#enable-vulkan`;
}

function report(name) {
  if (name === "Firefox") return "about:support";
  return CHROMIUM.has(name) ? `${scheme(name)}://gpu` : "the browser's help";
}

function scheme(name) {
  return { Edge: "edge", Opera: "opera" }[name] ?? "chrome";
}

/** @returns {Verdict} */
function verdict(code, message, step) {
  return { code, message, step };
}
