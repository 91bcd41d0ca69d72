// The engines, by the names that the server's catalogue uses.

import { gettext } from "../client/i18n.js";

/**
 * @typedef {object} EngineKind
 * @property {string} name  as its authors write it
 * @property {"webgpu"|"wasm"} needs  what the browser must have, a key of `findEngines`
 * @property {string} obstacle  a text for browsers that do not have it
 * @property {number} memoryRatio  the ratio of memory to the size of the files
 * @property {boolean} reusesPrompt  whether a request is faster if it starts like the one before
 * @property {string[]} caches  the names of the caches (Cache API) in which it stores files
 * @property {Record<string, string>} assets  files whose URLs it needs, by their names in the
 *   import map of the page
 * @property {() => Promise<any>} importBackend  imports the engine's class, in the worker
 */

/** @type {Record<string, EngineKind>} */
export const ENGINES = {
  webllm: {
    name: "WebLLM",
    needs: "webgpu",
    obstacle: gettext("needs WebGPU"),
    memoryRatio: 1,
    reusesPrompt: false,
    caches: ["webllm/model", "webllm/config", "webllm/wasm"],
    assets: {},
    importBackend: async () => (await import("./webllm.js")).WebLLMBackend,
  },
  wllama: {
    name: "wllama",
    needs: "wasm",
    obstacle: gettext("needs WebAssembly"),
    memoryRatio: 1.3, // llama.cpp also needs memory for the context and its buffers
    reusesPrompt: true,
    caches: [], // files are stored in the origin private file system
    assets: {
      wasmUrl: "mindflip/wllama.wasm",
      compatWasmUrl: "mindflip/wllama-compat.wasm",
      compatScriptUrl: "mindflip/wllama-compat.js",
    },
    importBackend: async () => (await import("./wllama.js")).WllamaBackend,
  },
};
