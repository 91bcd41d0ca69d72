import { Rest } from "../../client/rest.js";

/** From the cookie, not the page: signing in again in another tab makes a new one. */
export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

/**
 * A call that arrives though the page is being left. Whether it did, nobody hears.
 * @param {string} path
 */
export function deleteOnUnload(path) {
  fetch(path, { method: "DELETE", keepalive: true, headers: { "X-CSRFToken": csrfToken() } }).catch(
    () => {},
  );
}

/** The server's REST calls in the name of whoever is signed in in this browser. */
export const api = new Rest({ headers: () => ({ "X-CSRFToken": csrfToken() }) });
