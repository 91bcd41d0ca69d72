// The service worker. /sw.js sets its version and its list of files (flashcards/pages/pwa.py).
//
// It caches files that are the same for all users and never change under their URL, and the page
// that is shown without a network. It never caches other pages, API responses or model weights:
// pages and responses belong to a user, and the engines store the weights. A study page stores
// itself in a cache of its user (js/pages/study/offline.js), where the service worker finds it.
const { version, offline, files } = self.SHELL;
const PREFIX = "mindflip-shell-";
const CACHE = PREFIX + version;
const STUDY_PREFIX = "mindflip-study-";
const CACHED_PATHS = /^\/(texts\/|static\/(css|icons|js|vendor\/(?!web-llm|wllama)))/; // engines are megabytes that the browser's own cache already stores

self.addEventListener("install", (event) =>
  event.waitUntil(install().then(() => self.skipWaiting())),
);
self.addEventListener("activate", (event) =>
  event.waitUntil(deleteOldCaches().then(() => self.clients.claim())),
);
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (
    request.method !== "GET" ||
    address.origin !== location.origin ||
    request.headers.has("range")
  )
    return;
  if (request.mode === "navigate") event.respondWith(servePage(request));
  else if (CACHED_PATHS.test(address.pathname)) event.respondWith(serveFile(event));
});

/**
 * Cache the offline page and the files of the shell.
 *
 * Requests are made without cookies, so that the cache does not contain a user's data. A file that
 * cannot be fetched now is cached when a page requests it.
 */
async function install() {
  const cache = await caches.open(CACHE);
  await cache.add(new Request(offline, { credentials: "omit", cache: "reload" }));
  await Promise.allSettled(
    files.map((address) => cache.add(new Request(address, { credentials: "omit" }))),
  );
}

/**
 * Delete the caches of old versions, except the previous one.
 *
 * A tab that was opened with the previous version may still request its files.
 */
async function deleteOldCaches() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).slice(0, -1);
  // Stored study pages may refer to files that are deleted now.
  const studies = names.filter((name) => old.length && name.startsWith(STUDY_PREFIX));
  await Promise.all([...old, ...studies].map((name) => caches.delete(name)));
}

async function servePage(request) {
  try {
    return await fetch(request);
  } catch {
    return (
      (await caches.match(request.url, { ignoreVary: true })) ??
      (await caches.match(offline)) ??
      Response.error()
    );
  }
}

async function serveFile(event) {
  const cached = await caches.match(event.request);
  if (cached) return cached;
  const response = await fetch(event.request);
  // Texts are not stored if they are of another version, which happens during an upgrade.
  if (response.ok && response.headers.get("cache-control") !== "no-store")
    event.waitUntil(store(event.request, response.clone()));
  return response;
}

async function store(request, response) {
  const cache = await caches.open(CACHE);
  // If the disk is full, the file is fetched from the network each time.
  await cache.put(request, response).catch(() => {});
}
