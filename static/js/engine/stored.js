// What the engines keep in this browser: WebLLM in the Cache API, wllama in the origin's private files. Read, counted, deleted.

import { onceFree } from "./busy-file.js";
import { groupKept } from "./kept.js";

/** As web-llm names its caches. */
const CACHES = ["webllm/model", "webllm/config", "webllm/wasm"];
const FOLDER = "cache";
const METADATA = "__metadata__";
const MB = 1_000_000;
/** A download that was just cancelled holds its file for a moment longer. */
const REMOVE_TRIES = 21;

/** @returns {Promise<import("./kept.js").Kept[]>} what is kept, model by model; nothing on a page without storage */
export async function listKept(models) {
  const [cached, files] = await Promise.all([cachedFiles(), privateFiles()]);
  const counts = await countShards(cached);
  return groupKept([...cached, ...files], models, { origin: location.origin, shards: (base) => counts.get(base) ?? null });
}

/** @param {import("./kept.js").Kept} kept */
export async function deleteKept({ files }) {
  await Promise.all(files.map((file) => (file.store === "cache" ? deleteCached(file) : deletePrivate(file))));
}

/** @returns {Promise<{usedMb: number, quotaMb: number, isPersistent: boolean}|null>} null: the browser does not say */
export async function storageLeft() {
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
  return Promise.all(requests.map(async ({ url }) => ({ store: "cache", place: name, address: url, bytes: await sizeOf(await cache.match(url)) })));
}

/** @param {Response|undefined} response */
async function sizeOf(response) {
  const told = response?.headers.get("Content-Encoding") ? 0 : Number(response?.headers.get("Content-Length"));
  return told || (response ? (await response.blob()).size : 0);
}

/** How many files with weights each folder is said to have, by the index that WebLLM keeps beside them. */
async function countShards(files) {
  const indexes = files.filter(({ address }) => address.endsWith("/tensor-cache.json"));
  return new Map(await Promise.all(indexes.map(async ({ place, address }) => [new URL(".", address).href, await shardsOf(place, address)])));
}

async function shardsOf(place, address) {
  try {
    const response = await (await caches.open(place)).match(address);
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
    if (handle.kind === "file" && !name.startsWith(METADATA)) files.push(await privateFile(folder, name, handle));
  }
  return files;
}

async function privateFile(folder, name, handle) {
  const { size } = await handle.getFile();
  const { originalURL = "", originalSize } = await metadataOf(folder, name);
  return { store: "file", place: name, address: originalURL, bytes: size, expectedBytes: originalSize };
}

async function metadataOf(folder, name) {
  try {
    const file = await (await folder.getFileHandle(METADATA + name)).getFile();
    return JSON.parse(await file.text());
  } catch {
    return {}; // a download that broke off early
  }
}

async function deleteCached({ place, address }) {
  await (await caches.open(place)).delete(address);
}

async function deletePrivate({ place }) {
  const folder = await privateFolder();
  await onceFree(async () => folder?.removeEntry(place), REMOVE_TRIES);
  await folder?.removeEntry(METADATA + place).catch(() => {}); // it may never have had any
}
