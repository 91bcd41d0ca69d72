import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

const SCRIPT = readFileSync(new URL("../../static/js/service-worker.js", import.meta.url), "utf8");

/** Return what the service worker stores when a page requests a file with this header. */
async function storedAfter(cacheControl) {
  const stored = [];
  const handlers = {};
  const cache = { put: async (request) => stored.push(request.url) };
  vm.runInNewContext(SCRIPT, {
    self: { SHELL: {}, addEventListener: (name, handler) => (handlers[name] = handler) },
    caches: { match: async () => undefined, open: async () => cache },
    fetch: async () => new Response("", { headers: { "cache-control": cacheControl } }),
    location: new URL("https://mindflip.example/"),
    URL,
  });
  const request = new Request("https://mindflip.example/texts/de.0123456789ab.js");
  const promises = [];
  handlers.fetch({
    request,
    respondWith: (response) => promises.push(response),
    waitUntil: (promise) => promises.push(promise),
  });
  await promises[0];
  await Promise.all(promises);
  return stored;
}

test("a texts file is cached unless its response is no-store", async () => {
  assert.deepEqual(await storedAfter("public, max-age=31536000, immutable"), [
    "https://mindflip.example/texts/de.0123456789ab.js",
  ]);
  assert.deepEqual(await storedAfter("no-store"), []);
});

test("the packages of engines are not cached, because they are megabytes", () => {
  const [, source] = SCRIPT.match(/^const CACHED_PATHS = \/(.+)\/;/m);
  const folder = new URL("../../static/js/engine/", import.meta.url);
  const modules = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const packages = modules.flatMap((text) => [...text.matchAll(/\.\.\/(vendor\/[^/"]+)/g)]);
  assert.ok(packages.length);
  const cached = packages
    .map(([, path]) => `/static/${path}/x.js`)
    .filter((path) => new RegExp(source).test(path));
  assert.deepEqual(cached, [], "Exclude them in CACHED_PATHS of static/js/service-worker.js.");
});
