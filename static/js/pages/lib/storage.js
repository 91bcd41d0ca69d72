/**
 * What this tab remembers of the signed-in user's work across a reload. Gone with the tab, and at
 * sign-out.
 */
const PREFIX = "mindflip:";
const user = document.body.dataset.user;

/** @param {string} name @returns {any} what was written, or null */
export function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(`${PREFIX}${user}:${name}`));
  } catch {
    return null;
  }
}

/** @param {string} name @param {any} value null forgets it */
export function write(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(`${PREFIX}${user}:${name}`);
    else sessionStorage.setItem(`${PREFIX}${user}:${name}`, JSON.stringify(value));
  } catch {
    // storage is full or switched off: the work is still on the page
  }
}

/** Forget everything of everybody. */
export function forgetAll() {
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}

/**
 * Forget what this browser keeps of the signed-in user beyond the tab: ratings that were not sent.
 */
export function forgetUser() {
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith(PREFIX) && key.includes(`:${user}:`)) localStorage.removeItem(key);
  } catch {
    // storage is switched off: nothing was kept
  }
}
