// What a study page needs after a reload without a network: the page itself, which the service
// worker finds, and what is left of its sitting. Both lie in a cache of their user's, and go when
// somebody else is signed in here, or nobody. Ratings that are not sent yet go out from the next
// page.

/** As the service worker knows it. */
const PREFIX = "mindflip-study-";
const { user } = document.body.dataset;

let last = Promise.resolve();

/** Keep this page as the server writes it now. */
export function keepPage() {
  return inTurn(async (cache) => {
    const answer = await fetch(location.pathname);
    if (answer.ok && !answer.redirected) await cache.put(location.pathname, answer);
  });
}

/** @param {string} address of its queue @param {object} sitting */
export function keepSitting(address, sitting) {
  return inTurn((cache) => cache.put(address, Response.json(sitting)));
}

/** @param {string} address @returns {Promise<any>} the sitting that was kept last, or null */
export async function keptSitting(address) {
  try {
    const answer = await (await caches.open(PREFIX + user)).match(address);
    return answer ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Forget what was kept, but for the user who is signed in. @param {string} [signedIn] */
export async function forgetStudies(signedIn) {
  if (!globalThis.caches) return; // an insecure address: nothing was kept
  const all = await caches.keys().catch(() => []);
  const gone = all.filter(
    (name) => name.startsWith(PREFIX) && !(signedIn && name === PREFIX + signedIn),
  );
  await Promise.all(gone.map((name) => caches.delete(name)));
}

/**
 * One after the other, so that the last word stays. What cannot be kept is not missed before the
 * network is.
 */
function inTurn(work) {
  last = last
    .then(() => caches.open(PREFIX + user))
    .then(work)
    .catch(() => {});
  return last;
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
