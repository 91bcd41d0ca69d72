// Detection of the engines that this browser can run, with explanations for users.

import { gettext } from "../client/i18n.js";
import { readBrowser } from "./browser.js";
import { explainWebGPU } from "./webgpu-check.js";

/**
 * @typedef {{vendor: string, architecture: string, features: string[], limits: Record<string,
 *   number>, isSoftware: boolean}} Adapter
 * @typedef {{available: boolean, reason: string, step: string, adapter?: Adapter}} WebGPU
 *   `reason` and `step` are also set for a software adapter
 * @typedef {{available: boolean, reason: string, threads: number, isCompat: boolean}} Wasm
 *   `isCompat` is true if only wllama's slower build runs
 */

const LIMITS = ["maxBufferSize", "maxStorageBufferBindingSize", "maxComputeWorkgroupStorageSize"];
/** Milliseconds until an adapter is requested again. */
const RETRY_DELAY = 500;
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

/**
 * Detect which engines can run in this browser.
 *
 * `reason` explains why an engine cannot run or why WebGPU is slow, and `step` what to do about it.
 * Otherwise they are empty.
 * @returns {Promise<{webgpu: WebGPU, wasm: Wasm}>}
 */
export async function findEngines() {
  const { adapter, facts } = await detectWebGPU();
  const { message, step } = explainWebGPU(facts);
  const webgpu = {
    available: Boolean(adapter),
    reason: message,
    step,
    ...(adapter && { adapter }),
  };
  return { webgpu, wasm: detectWasm() };
}

/**
 * Detect WebGPU, without explanations.
 * @returns {Promise<{adapter: Adapter|undefined, facts:
 *   import("./webgpu-check.js").WebGPUFacts}>}
 */
export async function detectWebGPU() {
  const support = { isSecure: Boolean(globalThis.isSecureContext), hasGpu: Boolean(navigator.gpu) };
  const { adapter, error } = support.isSecure && support.hasGpu ? await requestAdapter() : {};
  const adapterFacts = adapter ? describe(adapter) : undefined;
  const kind = !adapterFacts ? "none" : adapterFacts.isSoftware ? "software" : "hardware";
  const facts = {
    ...support,
    adapter: kind,
    error,
    renderer: detectRenderer(),
    browser: readBrowser(navigator),
  };
  return { adapter: adapterFacts, facts };
}

/**
 * Request an adapter, and if there is none, again after RETRY_DELAY.
 *
 * Right after a browser has started, the first request can return null on a computer that has a
 * working graphics card.
 */
async function requestAdapter() {
  const options = { powerPreference: "high-performance" };
  try {
    const adapter = await navigator.gpu.requestAdapter(options);
    if (adapter) return { adapter };
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
    return { adapter: await navigator.gpu.requestAdapter(options) };
  } catch (error) {
    return { error: error.message };
  }
}

/** @returns {Adapter} */
function describe(adapter) {
  const {
    vendor = "",
    architecture = "",
    description = "",
    isFallbackAdapter = adapter.isFallbackAdapter,
  } = adapter.info ?? {};
  return {
    vendor,
    architecture,
    features: [...adapter.features].sort(),
    limits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    isSoftware: Boolean(isFallbackAdapter) || SOFTWARE.test(`${architecture} ${description}`),
  };
}

/**
 * Return what WebGL draws with: "hardware", "software" or "none".
 *
 * This distinguishes a computer without a graphics card from one whose card WebGPU may not use.
 */
function detectRenderer() {
  try {
    const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
    if (!gl) return "none";
    const names = gl.getExtension("WEBGL_debug_renderer_info");
    const renderer = gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
    gl.getExtension("WEBGL_lose_context")?.loseContext();
    return SOFTWARE.test(renderer) ? "software" : "hardware";
  } catch {
    return "none";
  }
}

/** @returns {Wasm} */
export function detectWasm() {
  if (typeof WebAssembly === "undefined")
    return {
      available: false,
      reason: gettext("This browser has no WebAssembly."),
      threads: 0,
      isCompat: false,
    };
  return { available: true, reason: "", threads: threadCount(), isCompat: !hasMemory64() };
}

function hasMemory64() {
  try {
    return Boolean(new WebAssembly.Memory({ address: "i64", initial: 1n }));
  } catch {
    return false;
  }
}

/**
 * Return the number of threads for llama.cpp.
 *
 * Threads need shared memory, which requires a cross-origin isolated page. One core stays free for
 * everything else: llama.cpp's threads wait for the slowest of them, and with 2 threads on 2 cores
 * another busy process reduced the speed from 8 tokens a second to 2. With more than 4 cores, half
 * of them are used (at most 8), because the other half are second threads of the same cores.
 */
function threadCount() {
  if (!globalThis.crossOriginIsolated) return 1;
  const cores = navigator.hardwareConcurrency || 1;
  return cores <= 4 ? Math.max(1, cores - 1) : Math.min(8, Math.floor(cores / 2));
}
