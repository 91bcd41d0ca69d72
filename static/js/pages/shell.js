import { setUpServiceWorker } from "./install.js";
import { forgetAll } from "./store.js";
import { forgetStudies } from "./study/kept.js";
import { sendUnsent } from "./study/unsent.js";
import { setUpTheme } from "./theme.js";

setUpServiceWorker();
setUpTheme(document.querySelector('[data-action="theme"]'));
// the next person at this browser finds nothing of this one
document.querySelector('[data-form="sign-out"]')?.addEventListener("submit", () => {
  forgetAll();
  forgetStudies();
});
forgetStudies(document.body.dataset.user); // of somebody whose session ended elsewhere
sendUnsent();
