// Downloads of GGUF files, in a worker: into wllama's store (OPFS, folder `cache`), where one that
// broke off goes on where it was, and into memory on pages without storage, which a plain http://
// address other than localhost is.

import { CacheManager, ModelManager } from "../../vendor/wllama/index.js";
import { retryWhileBusy } from "./stored-models.js";

const FOLDER = "cache";
const PROGRESS_INTERVAL_MS = 100;
/** A worker that was ended a moment ago may still have the file open. */
const MAX_OPEN_ATTEMPTS = 40;

/**
 * wllama's own begins each file anew, and cannot read a split model of which only some parts are
 * there.
 */
export class ResumableCache extends CacheManager {
  /** Files of models that are there as a whole; the others are only this download's business. */
  async list() {
    const files = await super.list();
    const whole = new Set(
      files
        .filter(({ size, metadata }) => metadata.originalSize === size)
        .map(({ metadata }) => metadata.originalURL),
    );
    return files.filter(({ metadata }) =>
      ModelManager.parseModelUrl(metadata.originalURL).every((url) => whole.has(url)),
    );
  }

  /**
   * @param {string} url
   * @param {{progressCallback?: (progress: {loaded: number, total: number}) => void, signal?:
   *   AbortSignal, metadataAdditional?: object}} [options]
   */
  async download(url, { progressCallback = () => {}, signal, metadataAdditional } = {}) {
    const key = await this.getNameFromURL(url);
    const metadata = await this.getMetadata(key);
    const file = await openFile(key);
    try {
      const storedBytes = metadata?.validator ? file.getSize() : 0;
      if (storedBytes && storedBytes === metadata.originalSize)
        return progressCallback({ loaded: storedBytes, total: storedBytes });
      const { body, start, total, validator } = await fetchFrom(
        url,
        storedBytes,
        metadata?.validator,
        signal,
      );
      file.truncate(start);
      await this.writeMetadata(key, {
        ...metadataAdditional,
        originalURL: url,
        originalSize: total,
        etag: "",
        validator,
      });
      await append(body, file, (loaded) => progressCallback({ loaded, total }));
    } finally {
      file.flush();
      file.close();
    }
  }
}

async function openFile(key) {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  const handle = await folder.getFileHandle(key, { create: true });
  return retryWhileBusy(() => handle.createSyncAccessHandle(), MAX_OPEN_ATTEMPTS);
}

/** The rest of the file if it is still the one of which `have` bytes are here, else all of it. */
async function fetchFrom(url, storedBytes, validator, signal) {
  const headers = storedBytes ? { Range: `bytes=${storedBytes}-`, "If-Range": validator } : {};
  const response = await fetch(url, { headers, signal });
  if (response.status === 416) return fetchFrom(url, 0, null, signal);
  if (!response.ok || !response.body)
    throw new Error(`Failed to fetch ${url}: HTTP ${response.status}`);
  const start = response.status === 206 ? storedBytes : 0;
  const total = start + Number(response.headers.get("Content-Length"));
  return { body: response.body, start, total, validator: response.headers.get("ETag") ?? "" };
}

async function append(body, file, onLoaded) {
  let position = file.getSize();
  let reportedAt = 0;
  const reader = body.getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    write(file, chunk.value, position);
    position += chunk.value.byteLength;
    if (performance.now() - reportedAt < PROGRESS_INTERVAL_MS) continue;
    reportedAt = performance.now();
    onLoaded(position);
    await yieldToEventLoop();
  }
  onLoaded(position);
}

/**
 * A worker is ended between two tasks, and pieces that are here already are read within one: a
 * cancelled download would go on for seconds.
 */
function yieldToEventLoop() {
  return new Promise((resolve) => setTimeout(resolve));
}

/** A full storage shows in what was written, not always as an error. */
function write(file, bytes, position) {
  const written = file.write(bytes, { at: position });
  if (written < bytes.byteLength || file.getSize() < position + bytes.byteLength)
    throw new DOMException("The browser's storage is full.", "QuotaExceededError");
}

/**
 * The parts of a GGUF, downloaded one after the other.
 * @param {string} url  of the file, or of the first part of a split one
 * @param {(progress: {loaded: number, total: number}) => void} onProgress  bytes; the total is of
 *   the parts begun so far
 * @returns {Promise<Blob[]>}
 */
export async function downloadGguf(url, onProgress) {
  const progress = { loaded: 0, total: 0 };
  const blobs = [];
  for (const part of ModelManager.parseModelUrl(url))
    blobs.push(await download(part, progress, onProgress));
  return blobs;
}

async function download(url, progress, onProgress) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status} for ${url}`);
  progress.total += Number(response.headers.get("Content-Length"));
  const counter = new TransformStream({
    transform(chunk, controller) {
      progress.loaded += chunk.byteLength;
      onProgress(progress);
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter)).blob();
}

/** A storage of wllama's that keeps nothing; without it wllama refuses to start on such pages. */
export const noStorage = {
  isSupported: () => true,
};
