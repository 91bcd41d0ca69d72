import { Rest } from "../../client/rest.js";

/**
 * Return the CSRF token from the cookie.
 *
 * A token in the page would be out of date after the user signs in again in another tab.
 */
export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

/**
 * Send a DELETE request that can complete after the user has left the page. Errors are ignored.
 * @param {string} path
 */
export function deleteOnUnload(path) {
  fetch(path, { method: "DELETE", keepalive: true, headers: { "X-CSRFToken": csrfToken() } }).catch(
    () => {},
  );
}

/**
 * Send a PUT request that can complete after the user has left the page, if its body is short
 * enough for the browser. Errors are ignored.
 * @param {string} path
 * @param {object} body
 */
export function putOnUnload(path, body) {
  fetch(path, {
    method: "PUT",
    keepalive: true,
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify(body),
  }).catch(() => {});
}

/** The REST API, with the session of the signed-in user. */
export const api = new Rest({ headers: () => ({ "X-CSRFToken": csrfToken() }) });
