import { gettext } from "../../client/i18n.js";
import { ENGINES } from "../../engine/engines.js";
import { estimateStorage } from "../../engine/stored-models.js";
import { decimal, size } from "../lib/format.js";
import { obstacle } from "./models.js";

/**
 * @typedef {object} Device
 * @property {import("./models.js").Engines} engines
 * @property {{usedMb: number, quotaMb: number}|null} [storage]  the storage that this browser
 *   gives the site; null if it does not report it
 * @property {boolean} [hasStorage]  false on a page without storage
 * @property {number|null} [memoryGb]  navigator.deviceMemory, which is at most 8
 * @property {boolean} [isPhone]
 *
 * @typedef {{state: "fits"|"tight"|"no", reason: string, isHard: boolean}} Fit  `isHard` is true
 *   if the model cannot run here at all
 */

/** The largest value of navigator.deviceMemory. A device that reports it may have more memory. */
const MAX_REPORTED_MEMORY_GB = 8;
/** The share of the device's memory above which a model is a tight fit. */
const TIGHT = 0.6;
/** The limits in bytes that web-llm requires of a graphics card, and the binding it prefers. */
const MIN_BUFFER = 2 ** 28;
const MIN_BINDING = 2 ** 27;
const PREFERRED_BINDING = 2 ** 30;
const MIN_WORKGROUP = 32768;
/** Models that need more memory than this have single tensors above MIN_BINDING. */
const LARGE_VRAM_MB = 1500;
const PHONE_MB = 2000;
const MB = 1_000_000;

/**
 * Return whether a model fits this device, with a reason for users.
 * @param {import("./models.js").CatalogueModel} model @param {Device} device @param {number}
 *   [storedMb]  how much of the model is stored in this browser
 * @returns {Fit}
 */
export function assessFit(model, device, storedMb = 0) {
  const obstacleText = obstacle(model, device.engines) ?? limitObstacle(model, device.engines);
  if (obstacleText) return { state: "no", reason: obstacleText, isHard: true };
  const shortage = memoryShort(model, device) ?? storageShort(model, device, storedMb);
  if (shortage) return { state: "no", reason: shortage, isHard: false };
  const tight =
    memoryTight(model, device) ??
    storageTight(model, device, storedMb) ??
    limitTight(model, device.engines);
  return tight
    ? { state: "tight", reason: tight, isHard: false }
    : { state: "fits", reason: gettext("fits this device"), isHard: false };
}

function limitObstacle({ engine, bufferMb }, { webgpu }) {
  if (engine !== "webllm") return null;
  const {
    maxBufferSize = Infinity,
    maxStorageBufferBindingSize = Infinity,
    maxComputeWorkgroupStorageSize = Infinity,
  } = webgpu.adapter?.limits ?? {};
  if (maxBufferSize < MIN_BUFFER)
    return gettext("needs %(needed)s in one piece, and this graphics card gives %(available)s", {
      needed: size(MIN_BUFFER / MB),
      available: size(maxBufferSize / MB),
    });
  if (maxStorageBufferBindingSize < MIN_BINDING)
    return bindingObstacle(MIN_BINDING / MB, maxStorageBufferBindingSize / MB);
  if (maxComputeWorkgroupStorageSize < MIN_WORKGROUP)
    return gettext("needs a graphics card with more memory for each group of its cores");
  const binding =
    maxStorageBufferBindingSize >= PREFERRED_BINDING ? PREFERRED_BINDING : MIN_BINDING;
  return bufferMb * MB > binding ? bindingObstacle(bufferMb, binding / MB) : null;
}

function bindingObstacle(neededMb, availableMb) {
  return gettext("needs %(needed)s at once, and this graphics card gives %(available)s", {
    needed: size(neededMb),
    available: size(availableMb),
  });
}

/** Return the megabytes of memory that a model needs, as far as known. */
function memoryMb({ engine, vramMb, downloadMb }) {
  return vramMb ?? (downloadMb ?? 0) * ENGINES[engine].memoryRatio;
}

function memoryShort(model, { memoryGb }) {
  const needed = memoryMb(model);
  if (!memoryGb || memoryGb >= MAX_REPORTED_MEMORY_GB || needed < memoryGb * 1000) return null;
  return gettext("needs %(needed)s of memory, and this device has about %(available)s GB", {
    needed: size(needed),
    available: decimal(memoryGb),
  });
}

function memoryTight(model, { memoryGb, isPhone }) {
  const needed = memoryMb(model);
  if (isPhone && needed > PHONE_MB)
    return gettext("takes %(size)s of memory; phones often end pages that use so much", {
      size: size(needed),
    });
  if (memoryGb && needed > memoryGb * 1000 * TIGHT)
    return gettext("takes %(size)s of this device's memory: close other programs first", {
      size: size(needed),
    });
  return null;
}

function storageShort({ downloadMb }, { storage }, storedMb) {
  const [missing, left] = [missingMb(downloadMb, storedMb), leftMb(storage)];
  return missing > left
    ? gettext(
        "needs %(needed)s of storage, and this browser has %(left)s left: delete stored models first",
        { needed: size(missing), left: size(left) },
      )
    : null;
}

function storageTight({ downloadMb }, { storage, hasStorage = true }, storedMb) {
  const [missing, left] = [missingMb(downloadMb, storedMb), leftMb(storage)];
  if (!hasStorage) return gettext("is downloaded at each visit, for this page may keep nothing");
  return missing > left * 0.8
    ? gettext("takes %(size)s of the %(left)s of storage that this browser has left", {
        size: size(missing),
        left: size(left),
      })
    : null;
}

function missingMb(downloadMb, storedMb) {
  return Math.max(0, (downloadMb ?? 0) - storedMb);
}

function leftMb(storage) {
  return storage ? Math.max(0, storage.quotaMb - storage.usedMb) : Infinity;
}

function limitTight({ engine, vramMb }, { webgpu, wasm }) {
  if (engine === "wllama" && wasm.isCompat)
    return gettext("runs with wllama's build for older browsers, which is slower");
  if (ENGINES[engine].needs !== "webgpu") return null;
  const { limits = {}, isSoftware } = webgpu.adapter ?? {};
  if (isSoftware) return gettext("slow without a graphics card");
  if (limits.maxStorageBufferBindingSize < PREFERRED_BINDING && vramMb > LARGE_VRAM_MB)
    return gettext("may need more than the %(size)s at once that this graphics card gives", {
      size: size(MIN_BINDING / MB),
    });
  return null;
}

/**
 * Return the properties of this device that determine which models fit.
 * @param {import("./models.js").Engines} engines @returns {Promise<Device>}
 */
export async function describeDevice(engines) {
  return {
    engines,
    storage: await estimateStorage().catch(() => null),
    hasStorage: Boolean(navigator.storage?.getDirectory),
    memoryGb: navigator.deviceMemory ?? null,
    isPhone: /\bMobile\b/.test(navigator.userAgent),
  };
}
