// Downloads of GGUF files in a worker.
//
// Files are stored in wllama's folder `cache` of the origin private file system (OPFS), where an
// interrupted download can resume. Pages without storage (at plain http:// addresses other than
// localhost) download into memory.

import { CacheManager, ModelManager } from "../../vendor/wllama/index.js";
import { retryWhileBusy } from "./busy-files.js";

const FOLDER = "cache";
const PROGRESS_INTERVAL_MS = 100;
/** The number of attempts to open a file that a recently terminated worker may still have open. */
const MAX_OPEN_ATTEMPTS = 40;

/**
 * A cache for wllama that resumes downloads.
 *
 * wllama's own cache restarts each file, and cannot read a split model if only some of its parts
 * are stored.
 */
export class ResumableCache extends CacheManager {
  /** Return the files of complete models. Other files only matter to their own download. */
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
   * Download a file, or the rest of it if a part is stored.
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

/**
 * Request the rest of a file.
 *
 * If the file has changed since its first `storedBytes` bytes were stored, request all of it.
 */
async function fetchFrom(url, storedBytes, validator, signal) {
  const headers = storedBytes ? { Range: `bytes=${storedBytes}-`, "If-Range": validator } : {};
  const response = await fetch(url, { headers, signal });
  if (response.status === 416) return fetchFrom(url, 0, null, signal);
  if (!response.ok || !response.body)
    // eslint-disable-next-line mindflip/no-untranslated-text -- a cause for the log
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
 * End the current task, so that a cancelled download stops immediately.
 *
 * A worker is only terminated between two tasks. Chunks that have already arrived are read within
 * one task, which can otherwise take seconds.
 */
function yieldToEventLoop() {
  return new Promise((resolve) => setTimeout(resolve));
}

/**
 * Write bytes to a file, and throw a QuotaExceededError if the storage is full.
 *
 * The browser does not always report full storage as an error, so the size written is checked.
 */
function write(file, bytes, position) {
  const written = file.write(bytes, { at: position });
  if (written < bytes.byteLength || file.getSize() < position + bytes.byteLength)
    throw new DOMException("The browser's storage is full.", "QuotaExceededError");
}

/**
 * Download the parts of a GGUF file one after another.
 * @param {string} url  the URL of the file, or of the first part of a split file
 * @param {(progress: {loaded: number, total: number}) => void} onProgress  called with numbers of
 *   bytes; `total` includes the parts started so far
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
  // eslint-disable-next-line mindflip/no-untranslated-text -- a cause for the log
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

/** A storage that keeps nothing. Without it, wllama does not start on pages without storage. */
export const noStorage = {
  isSupported: () => true,
};
