import { storageLeft } from "../../engine/stored.js";

/**
 * What of this device decides which models fit.
 * @param {import("./models.js").Engines} engines @returns {Promise<import("./fit.js").Device>}
 */
export async function describeDevice(engines) {
  return {
    engines,
    storage: await storageLeft().catch(() => null),
    keepsModels: Boolean(navigator.storage?.getDirectory),
    memoryGb: navigator.deviceMemory ?? null,
    isPhone: /\bMobile\b/.test(navigator.userAgent),
  };
}
