// What a study page needs after a reload without a network: the page itself, which the service
// worker finds, and what is left of its session. Both lie in a cache of their user's, and go when
// somebody else is signed in here, or nobody. Ratings that are not sent yet go out from the next
// page.

/** As the service worker knows it. */
const PREFIX = "mindflip-study-";
const { user } = document.body.dataset;

let queue = Promise.resolve();

/** Keep this page as the server writes it now. */
export function storePage() {
  return enqueue(async (cache) => {
    const response = await fetch(location.pathname);
    if (response.ok && !response.redirected) await cache.put(location.pathname, response);
  });
}

/** @param {string} address of its queue @param {object} session */
export function storeSession(address, session) {
  return enqueue((cache) => cache.put(address, Response.json(session)));
}

/** @param {string} address @returns {Promise<any>} the session that was kept last, or null */
export async function loadSession(address) {
  try {
    const response = await (await caches.open(PREFIX + user)).match(address);
    return response ? await response.json() : null;
  } catch {
    return null;
  }
}

/** Forget what was kept, but for the user who is signed in. @param {string} [signedIn] */
export async function deleteStoredStudies(signedIn) {
  if (!globalThis.caches) return; // an insecure address: nothing was kept
  const names = await caches.keys().catch(() => []);
  const stale = names.filter(
    (name) => name.startsWith(PREFIX) && !(signedIn && name === PREFIX + signedIn),
  );
  await Promise.all(stale.map((name) => caches.delete(name)));
}

/**
 * One after the other, so that the last word stays. What cannot be kept is not missed before the
 * network is.
 */
function enqueue(work) {
  queue = queue
    .then(() => caches.open(PREFIX + user))
    .then(work)
    .catch(() => {});
  return queue;
}

/**
 * Ratings that could not be sent while studying go out from whatever page is open next. The study
 * page sends its own.
 */
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
    return false; // storage is switched off: nothing was kept
  }
}
