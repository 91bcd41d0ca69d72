import { forgetAll } from "./lib/storage.js";
import { setUpTheme } from "./lib/theme.js";
import { deleteStoredStudies, sendUnsent } from "./study/offline.js";

setUpServiceWorker();
setUpTheme(document.querySelector('[data-action="theme"]'));
// the next person at this browser finds nothing of this one
document.querySelector('[data-form="sign-out"]')?.addEventListener("submit", () => {
  forgetAll();
  deleteStoredStudies();
});
deleteStoredStudies(document.body.dataset.user); // of somebody whose session ended elsewhere
sendUnsent();

/** Let the service worker keep the shell, after the page has everything it needs itself. */
function setUpServiceWorker() {
  if (!("serviceWorker" in navigator)) return;
  // refused, as in some private windows: a page as any other
  const register = () => navigator.serviceWorker.register("/sw.js").catch(() => {});
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
