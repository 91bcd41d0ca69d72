import { action } from "./lib/dom.js";

const POLL_MS = 5_000;
// If the user opened /offline directly, a reload would only show this page again.
const isFallback = location.pathname !== "/offline";
const reload = () => location.reload();

/** Reload the page when the server responds. The manifest is requested because it is small. */
async function reloadWhenOnline() {
  const response = await fetch(document.querySelector("link[rel=manifest]").href, {
    cache: "no-store",
  }).catch(() => null);
  if (response) reload();
}

action(document, "retry").addEventListener("click", reload);
if (isFallback) {
  addEventListener("online", reload);
  setInterval(reloadWhenOnline, POLL_MS);
  reloadWhenOnline();
}
