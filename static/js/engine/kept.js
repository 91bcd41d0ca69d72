// Whose the files in the browser's stores are: pure grouping, without reading anything. What reads and deletes is stored.js.

/**
 * @typedef {{store: "cache"|"file", place: string, address: string, bytes: number, expectedBytes?: number}} KeptFile  `place`: the cache's
 *   name, or the file's in wllama's folder; `address`: where it came from, "" when nobody knows
 * @typedef {object} Kept  what is kept of one model
 * @property {string} key
 * @property {string|null} modelId  null: no model of the server's list has this address (any more)
 * @property {string} name
 * @property {"webllm"|"wllama"} engine
 * @property {number} bytes
 * @property {boolean} isWhole
 * @property {KeptFile[]} files
 */

const PART = /-\d{5}-of-(\d{5})\.gguf/;
const VERSION = /\/resolve\/[^/]+\/.*$/;

/**
 * @param {KeptFile[]} files
 * @param {import("./models.js").CatalogueModel[]} models
 * @param {{origin: string, shards: (base: string) => number|null}} facts  `shards`: how many files with weights a WebLLM folder has, if known
 * @returns {Kept[]} the server's models first, the largest first
 */
export function groupKept(files, models, { origin, shards }) {
  const owners = ownersByAddress(models, origin);
  const groups = new Map();
  for (const file of librariesLast(files)) {
    const base = baseOf(file);
    const candidates = owners.get(base) ?? [];
    const model = candidates.find(({ modelId }) => groups.has(modelId)) ?? candidates[0] ?? null;
    const key = model?.modelId ?? base;
    const group = groups.get(key) ?? begin(key, model, base, file);
    group.files.push(file);
    group.bytes += file.bytes;
    groups.set(key, group);
  }
  const kept = [...groups.values()].map((group) => ({ ...group, isWhole: isWhole(group, shards) }));
  return kept.sort((a, b) => Number(b.modelId !== null) - Number(a.modelId !== null) || b.bytes - a.bytes);
}

function ownersByAddress(models, origin) {
  const owners = new Map();
  for (const model of models) {
    for (const address of addresses(model, origin)) owners.set(address, [...(owners.get(address) ?? []), model]);
  }
  return owners;
}

/** Several models may share a library: it counts to one that is there. */
function librariesLast(files) {
  return [...files].sort((a, b) => Number(isLibrary(a)) - Number(isLibrary(b)));
}

function isLibrary({ address }) {
  return address.split("?")[0].endsWith(".wasm");
}

function begin(key, model, base, file) {
  const engine = file.store === "cache" ? "webllm" : "wllama";
  return { key, engine, modelId: model?.modelId ?? null, name: model?.name ?? model?.modelId ?? nameOf(base), bytes: 0, files: [] };
}

/** Every base address under which files of the model may be kept. */
function addresses(model, origin) {
  const url = new URL(model.url, origin).href;
  if (model.engine === "wllama") return [withoutPart(url)];
  const library = model.library ? [new URL(model.library, origin).href] : [];
  return [folder(url), ...library];
}

/** As web-llm completes the address of a model on a hub. */
function folder(url) {
  const whole = url.endsWith("/") ? url : `${url}/`;
  return /\/resolve\/.+\//.test(whole) ? whole : `${whole}resolve/main/`;
}

/** What files of one model have in common: WebLLM's folder, its library, or the GGUF without the number of its part. */
function baseOf({ store, address, place }) {
  if (store === "file") return address ? withoutPart(address) : place;
  return isLibrary({ address }) ? address : new URL(".", address).href;
}

function withoutPart(url) {
  return url.replace(PART, "-of-$1.gguf");
}

function nameOf(base) {
  const path = base.startsWith("http") ? new URL(base).pathname.replace(VERSION, "") : base.replace(/^[0-9a-f]{40}_/, "");
  return decodeURIComponent(path.split("/").filter(Boolean).at(-1) ?? base);
}

function isWhole({ engine, files }, shards) {
  if (engine === "wllama") {
    const parts = Number(PART.exec(files[0].address)?.[1] ?? 1);
    return files.length === parts && files.every(({ bytes, expectedBytes }) => bytes === expectedBytes);
  }
  const weights = files.filter(({ address }) => address.endsWith(".bin"));
  return weights.length > 0 && weights.length === shards(baseOf(weights[0]));
}
