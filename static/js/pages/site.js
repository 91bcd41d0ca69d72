import { forgetAll } from "./lib/storage.js";
import { setUpTheme } from "./lib/theme.js";
import { deleteStoredStudies, sendUnsent } from "./study/offline.js";

setUpServiceWorker();
setUpTheme(document.querySelector('[data-action="theme"]'));
// Delete stored data when the user signs out, so that the next user of this browser does not find
// it.
document.querySelector('[data-form="sign-out"]')?.addEventListener("submit", () => {
  forgetAll();
  deleteStoredStudies();
});
deleteStoredStudies(document.body.dataset.user); // of users whose session ended elsewhere
sendUnsent();

/** Register the service worker, which caches the app shell, after the page has loaded. */
function setUpServiceWorker() {
  if (!("serviceWorker" in navigator)) return;
  // Some private windows refuse the registration. The page works without a service worker.
  const register = () => navigator.serviceWorker.register("/sw.js").catch(() => {});
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
