// What the engines keep in this browser: WebLLM in the Cache API, wllama in the origin's private
// files. Read, counted, deleted.

/** As web-llm names its caches. */
const CACHES = ["webllm/model", "webllm/config", "webllm/wasm"];
const FOLDER = "cache";
const METADATA = "__metadata__";
const MB = 1_000_000;
/** A download that was just cancelled holds its file for a moment longer. */
const MAX_REMOVE_ATTEMPTS = 21;

/**
 * @returns {Promise<StoredModel[]>} what is kept, model by model; nothing on a page without storage
 */
export async function listStoredModels(models) {
  const [cached, files] = await Promise.all([cachedFiles(), privateFiles()]);
  const counts = await countShards(cached);
  return groupByModel([...cached, ...files], models, {
    origin: location.origin,
    shards: (base) => counts.get(base) ?? null,
  });
}

/** @param {StoredModel} kept */
export async function deleteStoredModel({ files }) {
  await Promise.all(
    files.map((file) => (file.store === "cache" ? deleteCached(file) : deletePrivate(file))),
  );
}

/**
 * @returns {Promise<{usedMb: number, quotaMb: number, isPersistent: boolean}|null>} null: the
 *   browser does not say
 */
export async function estimateStorage() {
  if (!navigator.storage?.estimate) return null;
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  const isPersistent = Boolean(await navigator.storage.persisted?.());
  return { usedMb: usage / MB, quotaMb: quota / MB, isPersistent };
}

async function cachedFiles() {
  if (!globalThis.caches) return [];
  const names = (await caches.keys()).filter((name) => CACHES.includes(name));
  return (await Promise.all(names.map(filesOfCache))).flat();
}

async function filesOfCache(name) {
  const cache = await caches.open(name);
  const requests = await cache.keys();
  return Promise.all(
    requests.map(async ({ url }) => ({
      store: "cache",
      storeKey: name,
      address: url,
      bytes: await sizeOf(await cache.match(url)),
    })),
  );
}

/** @param {Response|undefined} response */
async function sizeOf(response) {
  const contentLength = response?.headers.get("Content-Encoding")
    ? 0
    : Number(response?.headers.get("Content-Length"));
  return contentLength || (response ? (await response.blob()).size : 0);
}

/**
 * How many files with weights each folder is said to have, by the index that WebLLM keeps beside
 * them.
 */
async function countShards(files) {
  const indexes = files.filter(({ address }) => address.endsWith("/tensor-cache.json"));
  return new Map(
    await Promise.all(
      indexes.map(async ({ storeKey, address }) => [
        new URL(".", address).href,
        await shardsOf(storeKey, address),
      ]),
    ),
  );
}

async function shardsOf(storeKey, address) {
  try {
    const response = await (await caches.open(storeKey)).match(address);
    return (await response.json()).records.length;
  } catch {
    return null; // it is gone or broken: then the model counts as incomplete
  }
}

async function privateFolder() {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(FOLDER);
  } catch {
    return null; // no such storage here, or nothing was ever kept
  }
}

async function privateFiles() {
  const folder = await privateFolder();
  const files = [];
  for await (const [name, handle] of folder?.entries() ?? []) {
    if (handle.kind === "file" && !name.startsWith(METADATA))
      files.push(await privateFile(folder, name, handle));
  }
  return files;
}

async function privateFile(folder, name, handle) {
  const { size } = await handle.getFile();
  const { originalURL = "", originalSize } = await metadataOf(folder, name);
  return {
    store: "file",
    storeKey: name,
    address: originalURL,
    bytes: size,
    expectedBytes: originalSize,
  };
}

async function metadataOf(folder, name) {
  try {
    const file = await (await folder.getFileHandle(METADATA + name)).getFile();
    return JSON.parse(await file.text());
  } catch {
    return {}; // a download that broke off early
  }
}

async function deleteCached({ storeKey, address }) {
  await (await caches.open(storeKey)).delete(address);
}

async function deletePrivate({ storeKey }) {
  const folder = await privateFolder();
  await retryWhileBusy(async () => folder?.removeEntry(storeKey), MAX_REMOVE_ATTEMPTS);
  await folder?.removeEntry(METADATA + storeKey).catch(() => {}); // it may never have had any
}

// Which model each of these files belongs to: grouping without reading anything.

/**
 * @typedef {{store: "cache"|"file", storeKey: string, address: string, bytes: number,
 *   expectedBytes?: number}} StoredFile  `storeKey`: the cache's
 *   name, or the file's in wllama's folder; `address`: where it came from, "" when nobody knows
 * @typedef {object} StoredModel  what is kept of one model
 * @property {string} key
 * @property {string|null} modelId  null: no model of the server's list has this address (any more)
 * @property {string} name
 * @property {"webllm"|"wllama"} engine
 * @property {number} bytes
 * @property {boolean} isComplete
 * @property {StoredFile[]} files
 */

const PART = /-\d{5}-of-(\d{5})\.gguf/;
const VERSION = /\/resolve\/[^/]+\/.*$/;

/**
 * @param {StoredFile[]} files
 * @param {import("./models.js").CatalogueModel[]} models
 * @param {{origin: string, shards: (base: string) => number|null}} facts  `shards`: how many files
 *   with weights a WebLLM folder has, if known
 * @returns {StoredModel[]} the server's models first, the largest first
 */
export function groupByModel(files, models, { origin, shards }) {
  const owners = ownersByAddress(models, origin);
  const groups = new Map();
  for (const file of librariesLast(files)) {
    const base = baseOf(file);
    const candidates = owners.get(base) ?? [];
    const model = candidates.find(({ modelId }) => groups.has(modelId)) ?? candidates[0] ?? null;
    const key = model?.modelId ?? base;
    const group = groups.get(key) ?? newGroup(key, model, base, file);
    group.files.push(file);
    group.bytes += file.bytes;
    groups.set(key, group);
  }
  const storedModels = [...groups.values()].map((group) => ({
    ...group,
    isComplete: isComplete(group, shards),
  }));
  return storedModels.sort(
    (a, b) => Number(b.modelId !== null) - Number(a.modelId !== null) || b.bytes - a.bytes,
  );
}

function ownersByAddress(models, origin) {
  const owners = new Map();
  for (const model of models) {
    for (const address of addresses(model, origin))
      owners.set(address, [...(owners.get(address) ?? []), model]);
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

function newGroup(key, model, base, file) {
  const engine = file.store === "cache" ? "webllm" : "wllama";
  return {
    key,
    engine,
    modelId: model?.modelId ?? null,
    name: model?.name ?? model?.modelId ?? nameOf(base),
    bytes: 0,
    files: [],
  };
}

/** Every base address under which files of the model may be kept. */
function addresses(model, origin) {
  const url = new URL(model.url, origin).href;
  if (model.engine === "wllama") return [withoutPart(url)];
  const library = model.library ? [new URL(model.library, origin).href] : [];
  return [modelFolder(url), ...library];
}

/** As web-llm completes the address of a model on a hub. */
function modelFolder(url) {
  const whole = url.endsWith("/") ? url : `${url}/`;
  return /\/resolve\/.+\//.test(whole) ? whole : `${whole}resolve/main/`;
}

/**
 * What files of one model have in common: WebLLM's folder, its library, or the GGUF without the
 * number of its part.
 */
function baseOf({ store, address, storeKey }) {
  if (store === "file") return address ? withoutPart(address) : storeKey;
  return isLibrary({ address }) ? address : new URL(".", address).href;
}

function withoutPart(url) {
  return url.replace(PART, "-of-$1.gguf");
}

function nameOf(base) {
  const path = base.startsWith("http")
    ? new URL(base).pathname.replace(VERSION, "")
    : base.replace(/^[0-9a-f]{40}_/, "");
  return decodeURIComponent(path.split("/").filter(Boolean).at(-1) ?? base);
}

function isComplete({ engine, files }, shards) {
  if (engine === "wllama") {
    const parts = Number(PART.exec(files[0].address)?.[1] ?? 1);
    return (
      files.length === parts && files.every(({ bytes, expectedBytes }) => bytes === expectedBytes)
    );
  }
  const weights = files.filter(({ address }) => address.endsWith(".bin"));
  return weights.length > 0 && weights.length === shards(baseOf(weights[0]));
}

const RETRY_DELAY_MS = 100;

/**
 * Do something with a private file that another worker may hold for a moment longer: one that was
 * ended, or whose download was cancelled.
 * @template T
 * @param {() => Promise<T>} operation
 * @param {number} attempts after the last the browser's refusal is thrown
 * @returns {Promise<T>}
 */
export async function retryWhileBusy(operation, attempts) {
  try {
    return await operation();
  } catch (error) {
    if (error.name !== "NoModificationAllowedError" || attempts <= 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
    return retryWhileBusy(operation, attempts - 1);
  }
}
