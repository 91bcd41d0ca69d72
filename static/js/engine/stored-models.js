// The models that are stored in this browser: by wllama in the origin private file system, and by
// the other engines in the Cache API. This module lists, measures and deletes them.

import { retryWhileBusy } from "./busy-files.js";
import { ENGINES } from "./engines.js";

/** The engines that use the Cache API, by the names of their caches. */
const CACHES = new Map(
  Object.entries(ENGINES).flatMap(([engine, { caches: names }]) =>
    names.map((name) => [name, engine]),
  ),
);
const FOLDER = "cache";
const METADATA = "__metadata__";
const MB = 1_000_000;
/** The number of attempts to delete a file that a recently cancelled download may have open. */
const MAX_REMOVE_ATTEMPTS = 21;

/**
 * @returns {Promise<StoredModel[]>} what is stored of each model; empty on a page without storage
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
 * @returns {Promise<{usedMb: number, quotaMb: number, isPersistent: boolean}|null>} null if the
 *   browser does not report it
 */
export async function estimateStorage() {
  if (!navigator.storage?.estimate) return null;
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  const isPersistent = Boolean(await navigator.storage.persisted?.());
  return { usedMb: usage / MB, quotaMb: quota / MB, isPersistent };
}

async function cachedFiles() {
  if (!globalThis.caches) return [];
  const names = (await caches.keys()).filter((name) => CACHES.has(name));
  return (await Promise.all(names.map(filesOfCache))).flat();
}

async function filesOfCache(name) {
  const cache = await caches.open(name);
  const requests = await cache.keys();
  return Promise.all(
    requests.map(async ({ url }) => {
      const bytes = await sizeOf(await cache.match(url));
      return {
        engine: CACHES.get(name),
        store: "cache",
        storeKey: name,
        address: url,
        bytes,
        expectedBytes: bytes, // caches only contain complete files
      };
    }),
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
 * Return how many weight files each folder should have, from the index that WebLLM stores in it.
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
    return null; // without a valid index, the model counts as incomplete
  }
}

async function privateFolder() {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(FOLDER);
  } catch {
    return null; // this page has no such storage, or nothing was ever stored
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
    engine: "wllama",
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
    return {}; // the download stopped early
  }
}

async function deleteCached({ storeKey, address }) {
  await (await caches.open(storeKey)).delete(address);
}

async function deletePrivate({ storeKey }) {
  const folder = await privateFolder();
  await retryWhileBusy(async () => folder?.removeEntry(storeKey), MAX_REMOVE_ATTEMPTS);
  await folder?.removeEntry(METADATA + storeKey).catch(() => {}); // the file may not have any
}

// Grouping of the stored files by model, without reading them.

/**
 * @typedef {{engine: string, store: "cache"|"file", storeKey: string, address: string, bytes:
 *   number, expectedBytes?: number}} StoredFile  `storeKey` is the name of
 *   the cache, or of the file in wllama's folder; `address` is the URL that it was downloaded from,
 *   or "" if unknown
 * @typedef {object} StoredModel  the stored files of one model
 * @property {string} key
 * @property {string|null} modelId  null if no model in the server's list has this address
 * @property {string} name
 * @property {string} engine
 * @property {number} bytes
 * @property {boolean} isComplete
 * @property {StoredFile[]} files
 */

const PART = /-\d{5}-of-(\d{5})\.gguf/;
const VERSION = /\/resolve\/[^/]+\/.*$/;

/**
 * Group stored files by model.
 * @param {StoredFile[]} files
 * @param {import("./models.js").CatalogueModel[]} models
 * @param {{origin: string, shards: (base: string) => number|null}} facts  `shards` returns how many
 *   weight files a WebLLM folder should have, if known
 * @returns {StoredModel[]} the server's models first, then by size, with the largest first
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

/** Sort libraries last, so that a shared library is assigned to a model that has other files. */
function librariesLast(files) {
  return [...files].sort((a, b) => Number(isLibrary(a)) - Number(isLibrary(b)));
}

function isLibrary({ address }) {
  return address.split("?")[0].endsWith(".wasm");
}

function newGroup(key, model, base, file) {
  return {
    key,
    engine: model?.engine ?? file.engine,
    modelId: model?.modelId ?? null,
    name: model?.name ?? model?.modelId ?? nameOf(base),
    bytes: 0,
    files: [],
  };
}

/** Return all base URLs under which files of the model may be stored. */
function addresses(model, origin) {
  const url = new URL(model.url, origin).href;
  if (model.engine !== "webllm") return [withoutPart(url)];
  const library = model.library ? [new URL(model.library, origin).href] : [];
  return [modelFolder(url), ...library];
}

/** Return the folder of a model on a hub, as web-llm completes its URL. */
function modelFolder(url) {
  const whole = url.endsWith("/") ? url : `${url}/`;
  return /\/resolve\/.+\//.test(whole) ? whole : `${whole}resolve/main/`;
}

/**
 * Return the base URL that the files of a model share.
 *
 * It is WebLLM's folder, its library, or another engine's file without its part number.
 */
function baseOf({ engine, address, storeKey }) {
  if (engine !== "webllm") return address ? withoutPart(address) : storeKey;
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
  if (engine !== "webllm") {
    const parts = Number(PART.exec(files[0].address)?.[1] ?? 1);
    return (
      files.length === parts && files.every(({ bytes, expectedBytes }) => bytes === expectedBytes)
    );
  }
  const weights = files.filter(({ address }) => address.endsWith(".bin"));
  return weights.length > 0 && weights.length === shards(baseOf(weights[0]));
}
