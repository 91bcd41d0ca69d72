// Data that a study page needs to reload without a network: the page, which the service worker
// serves from the cache, and the rest of its session. Both are stored in a separate cache for each
// user, which is deleted when the user signs out or another user signs in. The next page sends
// ratings that were not sent.

/** The prefix of the caches, which must match STUDY_PREFIX in service-worker.js. */
const PREFIX = "mindflip-study-";
const { user } = document.body.dataset;

let queue = Promise.resolve();

/** Store the current version of this page. */
export function storePage() {
  return enqueue(async (cache) => {
    const response = await fetch(location.pathname);
    if (response.ok && !response.redirected) await cache.put(location.pathname, response);
  });
}

/**
 * Store a session.
 * @param {string} address of its queue
 * @param {object} session
 */
export function storeSession(address, session) {
  return enqueue((cache) => cache.put(address, Response.json(session)));
}

/** @param {string} address of its queue @returns {Promise<any>} the stored session, or null */
export async function loadSession(address) {
  try {
    const response = await (await caches.open(PREFIX + user)).match(address);
    return response ? await response.json() : null;
  } catch {
    return null;
  }
}

/**
 * Delete all stored pages and sessions except those of the signed-in user.
 * @param {string} [signedIn] the ID of the signed-in user, if any
 */
export async function deleteStoredStudies(signedIn) {
  if (!globalThis.caches) return; // insecure origins have no caches, so nothing is stored
  const names = await caches.keys().catch(() => []);
  const stale = names.filter(
    (name) => name.startsWith(PREFIX) && !(signedIn && name === PREFIX + signedIn),
  );
  await Promise.all(stale.map((name) => caches.delete(name)));
}

/**
 * Run write operations one after the other, so that the last one wins.
 *
 * Errors are ignored, because the stored data is only needed offline.
 */
function enqueue(work) {
  queue = queue
    .then(() => caches.open(PREFIX + user))
    .then(work)
    .catch(() => {});
  return queue;
}

/** Send ratings that could not be sent while studying. The study page sends its own ratings. */
export async function sendUnsent() {
  if (!user || document.getElementById("study") || !hasUnsent()) return;
  const { Outbox } = await import("./outbox.js");
  const { api } = await import("../lib/api.js");
  await new Outbox({ storage: localStorage, user, api, locks: navigator.locks }).flush();
}

function hasUnsent() {
  try {
    return Object.keys(localStorage).some((key) => key.startsWith(`mindflip:outbox:${user}:`));
  } catch {
    return false; // storage is disabled, so nothing is stored
  }
}
