// What the service worker does; /sw.js says with which version and files (flashcards/pages/pwa.py).
// It keeps files that are the same for everybody and never change under their address, and the page
// that stands in without a network. Pages, answers of the API and the weights of models are never
// kept here: the first two are somebody's, the last the engines keep themselves. A study page keeps
// itself, for its user alone (js/pages/study/offline.js); here it is found.
const { version, offline, files } = self.SHELL;
const PREFIX = "mindflip-shell-";
const CACHE = PREFIX + version;
const STUDY_PREFIX = "mindflip-study-";
const CACHED_PATHS = /^\/static\/(css|icons|js|vendor\/(?!web-llm|wllama))/; // engines: megabytes that the browser's own cache keeps already

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
 * Without cookies, so that what is kept is nobody's. A file that cannot be had now is had when it
 * is asked for.
 */
async function install() {
  const cache = await caches.open(CACHE);
  await cache.add(new Request(offline, { credentials: "omit", cache: "reload" }));
  await Promise.allSettled(
    files.map((address) => cache.add(new Request(address, { credentials: "omit" }))),
  );
}

/** The version before this one stays: a tab that was opened with it may still ask for its files. */
async function deleteOldCaches() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).slice(0, -1);
  // they may name files that go now
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
  if (response.ok) event.waitUntil(store(event.request, response.clone()));
  return response;
}

async function store(request, response) {
  const cache = await caches.open(CACHE);
  // the disk is full: the network is still there
  await cache.put(request, response).catch(() => {});
}
