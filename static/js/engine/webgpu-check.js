// Explanations of why WebGPU is missing or slow, and what to do about it. Pure. The versions are
// from https://github.com/gpuweb/gpuweb/wiki/Implementation-Status.

import { gettext } from "../client/i18n.js";

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

/** The schemes of the settings of browsers that are based on Chromium. */
const SCHEMES = { Chrome: "chrome", Edge: "edge", Opera: "opera", "Samsung Internet": "chrome" };
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
      gettext("WebGPU is there, but the graphics card did not answer (%(error)s).", { error }),
      gettext(
        "Close the browser altogether and start it again; if it stays, update the graphics driver.",
      ),
    );
  if (adapter === "none") return explainNoAdapter(facts);
  return adapter === "software" ? explainSoftware(facts.browser) : verdict("ok", "", "");
}

const INSECURE = verdict(
  "insecure",
  gettext("WebGPU is only given to pages over HTTPS or on localhost."),
  gettext("Open this page over HTTPS; if there is no such address, ask whoever runs this server."),
);

/** @returns {Verdict} */
function explainMissing(browser) {
  const { name, system } = browser;
  if (system === "iOS")
    return verdict(
      "old",
      name === "this browser"
        ? gettext(
            "On iPhones and iPads WebGPU comes with iOS 26, for this browser as for every browser.",
          )
        : gettext(
            "On iPhones and iPads WebGPU comes with iOS 26, for %(browser)s as for every browser.",
            { browser: name },
          ),
      gettext("Update in Settings, General, Software Update."),
    );
  if (isOld(browser)) return explainOld(browser);
  if (name in SCHEMES) return explainSwitchedOff(browser);
  if (name === "Firefox") return explainFirefox(browser);
  if (name === "Safari")
    return verdict(
      "old_system",
      gettext("Safari has WebGPU on macOS 26 and later."),
      gettext("Update macOS, or open this page in Chrome."),
    );
  return verdict(
    "unknown",
    gettext("This browser has no WebGPU, or it is switched off."),
    gettext("Open this page in a current Chrome, Edge, Firefox or Safari."),
  );
}

function isOld({ name, version, system }) {
  const minVersion = MIN_VERSIONS[name]?.[system] ?? MIN_VERSIONS[name]?.default;
  return minVersion !== undefined && version > 0 && version < minVersion;
}

function explainOld({ name, version, system }) {
  const minVersion = MIN_VERSIONS[name][system] ?? MIN_VERSIONS[name].default;
  const values = { browser: name, system, minVersion, version };
  return verdict(
    "old",
    system && MIN_VERSIONS[name][system]
      ? gettext(
          "%(browser)s on %(system)s has WebGPU since version %(minVersion)s, and this is %(version)s.",
          values,
        )
      : gettext(
          "%(browser)s has WebGPU since version %(minVersion)s, and this is %(version)s.",
          values,
        ),
    name === "Safari"
      ? gettext("Update macOS to version 26 or later, or open this page in Chrome.")
      : gettext("Update %(browser)s: its menu, Help, About %(browser)s.", values),
  );
}

/** Explain why a Chromium browser that should have WebGPU does not. @returns {Verdict} */
function explainSwitchedOff({ name, system }) {
  const values = { browser: name, scheme: SCHEMES[name] };
  if (system === "Linux")
    return verdict(
      "flags",
      gettext("%(browser)s on Linux gives WebGPU only to some graphics cards by itself.", values),
      gettext(
        "Update %(browser)s. If it stays, enable %(scheme)s://flags/#enable-unsafe-webgpu and %(scheme)s://flags/#enable-vulkan and restart the browser.",
        values,
      ),
    );
  if (system === "Android")
    return verdict(
      "old_system",
      gettext(
        "%(browser)s on Android has WebGPU from Android 12 on, with the graphics of Qualcomm and ARM.",
        values,
      ),
      gettext("Update Android and %(browser)s, or let another device of yours write.", values),
    );
  return verdict(
    "policy",
    gettext(
      "WebGPU is switched off in %(browser)s, by a setting or by whoever manages this computer.",
      values,
    ),
    gettext(
      "Look at %(scheme)s://policy and at %(scheme)s://gpu; a managed computer's settings are changed by its administrator.",
      values,
    ),
  );
}

/** @returns {Verdict} */
function explainFirefox({ system }) {
  if (system === "Android")
    return verdict(
      "unsupported",
      gettext("Firefox on Android has no WebGPU yet."),
      gettext("Open this page in Chrome."),
    );
  if (system === "Linux")
    return verdict(
      "flags",
      gettext("Firefox on Linux does not offer WebGPU by itself yet."),
      gettext(
        "Open this page in Chrome, or set dom.webgpu.enabled to true in about:config and restart Firefox.",
      ),
    );
  if (system === "macOS")
    return verdict(
      "unsupported",
      gettext("Firefox has WebGPU on Macs with Apple's own chips and macOS 26."),
      gettext("Update macOS, or open this page in Chrome."),
    );
  return verdict(
    "policy",
    gettext("WebGPU is switched off in Firefox."),
    gettext(
      "Set dom.webgpu.enabled to true in about:config; a managed computer's settings are changed by its administrator.",
    ),
  );
}

/** @returns {Verdict} */
function explainNoAdapter({ browser, renderer }) {
  const { name, system } = browser;
  if (renderer !== "hardware")
    return verdict(
      "no_card",
      gettext(
        "WebGPU is there, but this browser uses no graphics card: hardware acceleration is off, or there is no driver.",
      ),
      acceleration(name),
    );
  if (system === "Linux" && name in SCHEMES)
    return verdict(
      "flags",
      gettext("%(browser)s on Linux keeps WebGPU from this graphics card.", { browser: name }),
      gettext(
        "Update the graphics driver. If it stays, enable %(scheme)s://flags/#enable-unsafe-webgpu and %(scheme)s://flags/#enable-vulkan and restart the browser.",
        { scheme: SCHEMES[name] },
      ),
    );
  return verdict(
    "blocked",
    name === "this browser"
      ? gettext(
          "This browser keeps WebGPU from this graphics card or its driver, because they are on its block list.",
        )
      : gettext(
          "%(browser)s keeps WebGPU from this graphics card or its driver, because they are on its block list.",
          { browser: name },
        ),
    updateDriver(name),
  );
}

/** @returns {Verdict} */
function explainSoftware({ name }) {
  return verdict(
    "software",
    gettext(
      "WebGPU is there, but without a graphics card: the processor stands in for it, which is slow.",
    ),
    acceleration(name),
  );
}

function acceleration(name) {
  if (name === "Firefox")
    return gettext(
      "Switch on Settings, General, Performance, Use hardware acceleration, and restart Firefox.",
    );
  if (name in SCHEMES)
    return gettext(
      "Switch on graphics acceleration in %(scheme)s://settings/system and restart the browser; if it is on, install the graphics driver.",
      { scheme: SCHEMES[name] },
    );
  return gettext(
    "Switch on hardware acceleration in the browser's settings and restart it; if it is on, install the graphics driver.",
  );
}

function updateDriver(name) {
  if (name === "Firefox" || name in SCHEMES)
    return gettext("Update the graphics driver and the browser; %(page)s says more.", {
      page: name === "Firefox" ? "about:support" : `${SCHEMES[name]}://gpu`,
    });
  return gettext("Update the graphics driver and the browser; the browser's help says more.");
}

/** @returns {Verdict} */
function verdict(code, message, step) {
  return { code, message, step };
}
