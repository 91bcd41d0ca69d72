// What this browser can run, found out by asking it, and said in words.

/**
 * @typedef {{vendor: string, architecture: string, features: string[], limits: Record<string, number>}} Adapter
 * @typedef {{available: boolean, reason: string, adapter?: Adapter}} WebGPU
 * @typedef {{available: boolean, reason: string, threads: number}} Wasm
 */

const LIMITS = ["maxBufferSize", "maxStorageBufferBindingSize", "maxComputeWorkgroupStorageSize"];

/**
 * Which engines can run here; `reason` says why one cannot, else it is empty.
 * @returns {Promise<{webgpu: WebGPU, wasm: Wasm}>}
 */
export async function findEngines() {
  return { webgpu: await findWebGPU(), wasm: findWasm() };
}

/** @returns {Promise<WebGPU>} */
async function findWebGPU() {
  if (!globalThis.isSecureContext) return missing("WebGPU is only given to pages over HTTPS or on localhost.");
  if (!navigator.gpu) return missing("This browser has no WebGPU, or it is switched off.");
  try {
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) return missing("This browser has WebGPU, but found no graphics card that it may use.");
    return { available: true, reason: "", adapter: describe(adapter) };
  } catch (error) {
    return missing(`This browser has WebGPU, but the graphics card did not answer (${error.message}).`);
  }
}

/** @returns {WebGPU} */
function missing(reason) {
  return { available: false, reason };
}

/** @returns {Adapter} */
function describe(adapter) {
  return {
    vendor: adapter.info?.vendor ?? "",
    architecture: adapter.info?.architecture ?? "",
    features: [...adapter.features].sort(),
    limits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
  };
}

/** @returns {Wasm} */
function findWasm() {
  if (typeof WebAssembly === "undefined") return { available: false, reason: "This browser has no WebAssembly.", threads: 0 };
  if (!hasMemory64()) {
    return { available: false, reason: "This browser's WebAssembly lacks 64-bit memory, which wllama needs.", threads: 0 };
  }
  return { available: true, reason: "", threads: threadsToUse() };
}

function hasMemory64() {
  try {
    return Boolean(new WebAssembly.Memory({ address: "i64", initial: 1n }));
  } catch {
    return false;
  }
}

/**
 * Threads need shared memory, and that a cross-origin isolated page. One core stays free for everything else: llama.cpp's
 * threads wait for the slowest of them, and with 2 threads on 2 cores one busy neighbour brought 8 tokens a second down to 2.
 * Of many cores half, for the other half is their second threads.
 */
function threadsToUse() {
  if (!globalThis.crossOriginIsolated) return 1;
  const cores = navigator.hardwareConcurrency || 1;
  return cores <= 4 ? Math.max(1, cores - 1) : Math.min(8, Math.floor(cores / 2));
}
