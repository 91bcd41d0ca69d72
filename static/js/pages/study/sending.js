import { api } from "../api.js";
import { part, slot } from "../dom.js";
import { counted } from "../format.js";
import { toast } from "../toast.js";
import { lastingStorage, Outbox } from "./outbox.js";

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;
const SIGNED_OUT = [401, 403];

/** The user's outbox, which sends by itself when the network is back, and says on the page what waits. @param {HTMLElement} page */
export function openOutbox(page) {
  const outbox = new Outbox({ storage: lastingStorage(), user: document.body.dataset.user, api, locks: navigator.locks });
  outbox.addEventListener("change", () => tell(page, outbox));
  outbox.addEventListener("refused", ({ detail }) => toast(`${counted(detail.length, "rating")} not taken: ${detail[0].error}`));
  for (const name of ["online", "focus"]) addEventListener(name, () => outbox.flush());
  addEventListener("offline", () => tell(page, outbox));
  keepTrying(outbox);
  tell(page, outbox);
  return outbox;
}

/** Again and again while something waits, more seldom each time. */
function keepTrying(outbox) {
  let wait = FIRST_WAIT_MS;
  const look = async () => {
    wait = outbox.problem ? Math.min(wait * 2, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
    if (outbox.problem) await outbox.flush();
    setTimeout(look, wait);
  };
  setTimeout(look, wait);
}

function tell(page, outbox) {
  const isSignedOut = SIGNED_OUT.includes(outbox.problem?.status);
  const isOffline = !navigator.onLine || Boolean(outbox.problem);
  part(page, "outbox").hidden = !isOffline;
  part(page, "sign-in").hidden = !isSignedOut;
  if (!isOffline) return;
  const waiting = outbox.size ? `${counted(outbox.size, "rating")} to send` : "nothing to send";
  slot(page, "outbox").textContent = isSignedOut
    ? `You are signed out, ${waiting}. Sign in in a new tab, then come back: nothing is lost.`
    : `Offline, ${waiting}. Go on: they are kept here and sent when the network is back.`;
}
