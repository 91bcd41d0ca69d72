import { action } from "./lib/dom.js";

const POLL_MS = 5_000;
// opened under its own address there is nothing to come back to
const isFallback = location.pathname !== "/offline";
const reload = () => location.reload();

/** Reload once the server answers; the manifest is the smallest thing to ask for. */
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
