// What the service worker does; /sw.js says with which version and files (flashcards/pages/pwa.py).
// It keeps files that are the same for everybody and never change under their address, and the page
// that stands in without a network. Pages, answers of the API and the weights of models are never
// kept here: the first two are somebody's, the last the engines keep themselves. A study page keeps
// itself, for its user alone (js/pages/study/offline.js); here it is found.
const { version, offline, files } = self.SHELL;
const PREFIX = "mindflip-shell-";
const CACHE = PREFIX + version;
const STUDIES = "mindflip-study-";
const KEPT = /^\/static\/(css|icons|js|vendor\/(?!web-llm|wllama))/; // engines: megabytes that the browser's own cache keeps already

self.addEventListener("install", (event) =>
  event.waitUntil(install().then(() => self.skipWaiting())),
);
self.addEventListener("activate", (event) =>
  event.waitUntil(forgetOld().then(() => self.clients.claim())),
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
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (KEPT.test(address.pathname)) event.respondWith(file(event));
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
async function forgetOld() {
  const all = await caches.keys();
  const old = all.filter((name) => name.startsWith(PREFIX) && name !== CACHE).slice(0, -1);
  // they may name files that go now
  const studies = all.filter((name) => old.length && name.startsWith(STUDIES));
  await Promise.all([...old, ...studies].map((name) => caches.delete(name)));
}

async function page(request) {
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

async function file(event) {
  const kept = await caches.match(event.request);
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.ok) event.waitUntil(keep(event.request, answer.clone()));
  return answer;
}

async function keep(request, answer) {
  const cache = await caches.open(CACHE);
  await cache.put(request, answer).catch(() => {}); // the disk is full: the network is still there
}
