// GGUF files into memory, for pages without storage: a plain http:// address other than localhost has none.

import { ModelManager } from "../../vendor/wllama/index.js";

/**
 * The parts of a GGUF, downloaded one after the other.
 * @param {string} url  of the file, or of the first part of a split one
 * @param {(progress: {loaded: number, total: number}) => void} onProgress  bytes; the total is of the parts begun so far
 * @returns {Promise<Blob[]>}
 */
export async function downloadGguf(url, onProgress) {
  const sum = { loaded: 0, total: 0 };
  const blobs = [];
  for (const part of ModelManager.parseModelUrl(url)) blobs.push(await download(part, sum, onProgress));
  return blobs;
}

async function download(url, sum, onProgress) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status} for ${url}`);
  sum.total += Number(response.headers.get("Content-Length"));
  const count = new TransformStream({
    transform(chunk, controller) {
      sum.loaded += chunk.byteLength;
      onProgress(sum);
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(count)).blob();
}

/** A storage of wllama's that keeps nothing; without it wllama refuses to start on such pages. */
export const noStorage = {
  isSupported: () => true,
};
