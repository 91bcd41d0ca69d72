import { action } from "./lib/dom.js";

const ASK_MS = 5_000;
// opened under its own address there is nothing to come back to
const isStandIn = location.pathname !== "/offline";
const reload = () => location.reload();

/** Reload once the server answers; the manifest is the smallest thing to ask for. */
async function reloadWhenThere() {
  const answer = await fetch(document.querySelector("link[rel=manifest]").href, {
    cache: "no-store",
  }).catch(() => null);
  if (answer) reload();
}

action(document, "again").addEventListener("click", reload);
if (isStandIn) {
  addEventListener("online", reload);
  setInterval(reloadWhenThere, ASK_MS);
  reloadWhenThere();
}
