/**
 * The signed-in user's work in this tab, which survives a reload. It is deleted when the user
 * closes the tab or signs out.
 */
const PREFIX = "mindflip:";
const user = document.body.dataset.user;

/** @param {string} name @returns {any} what is stored, or null */
export function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(`${PREFIX}${user}:${name}`));
  } catch {
    return null;
  }
}

/** @param {string} name @param {any} value null deletes the entry */
export function write(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(`${PREFIX}${user}:${name}`);
    else sessionStorage.setItem(`${PREFIX}${user}:${name}`, JSON.stringify(value));
  } catch {
    // Storage is full or disabled. The work is still on the page.
  }
}

/** Delete the work of all users in this tab. */
export function forgetAll() {
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}

/** Delete the signed-in user's data that outlives the tab: ratings that were not sent. */
export function forgetUser() {
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith(PREFIX) && key.includes(`:${user}:`)) localStorage.removeItem(key);
  } catch {
    // Storage is disabled, so there is nothing to delete.
  }
}
