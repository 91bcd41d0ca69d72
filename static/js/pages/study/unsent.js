const { user } = document.body.dataset;

/** Ratings that could not be sent while studying go out from whatever page is open next. The study page sends its own. */
export async function sendUnsent() {
  if (!user || document.getElementById("study") || !hasUnsent()) return;
  const { Outbox } = await import("./outbox.js");
  const { api } = await import("../api.js");
  await new Outbox({ storage: localStorage, user, api, locks: navigator.locks }).flush();
}

function hasUnsent() {
  try {
    return Object.keys(localStorage).some((key) => key.startsWith(`mindflip:outbox:${user}:`));
  } catch {
    return false; // storage is switched off: nothing was kept
  }
}
