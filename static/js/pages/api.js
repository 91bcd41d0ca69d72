import { Rest } from "../client/rest.js";

/** From the cookie, not the page: signing in again in another tab makes a new one. */
export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

/** The server's REST calls in the name of whoever is signed in in this browser. */
export const api = new Rest({ headers: () => ({ "X-CSRFToken": csrfToken() }) });
