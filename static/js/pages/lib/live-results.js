import { gettext } from "../../client/i18n.js";
import { renderAll } from "../text.js";
import { announce, toast } from "./dom.js";
import { describeError } from "./error-messages.js";

/** Return the part of the page that a search or a refresh replaces: `[data-live]`. */
export const container = () => document.querySelector("[data-live]");
const DEBOUNCE_MS = 180;
let loading = null;

/**
 * Load the results at an address and show them. This aborts a load that is still running.
 * @param {string} address of this page, with its query
 * @param {{isAnnounced?: boolean}} [options]
 */
export async function load(address, { isAnnounced = true } = {}) {
  loading?.abort();
  const controller = (loading = new AbortController());
  container().setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, {
      signal: controller.signal,
      headers: { Accept: "text/html" },
    });
    // A redirect to another page means that the user has been signed out.
    if (response.redirected && !response.url.includes(location.pathname))
      location.assign(response.url);
    else if (response.status === 404 && new URL(response.url).searchParams.has("page"))
      await load(withoutPage(address), { isAnnounced });
    else
      replaceContainer(
        new DOMParser().parseFromString(await response.text(), "text/html"),
        address,
        isAnnounced,
      );
  } catch (error) {
    if (error.name !== "AbortError")
      toast(
        describeError({ code: "offline", message: gettext("The server cannot be reached.") }).text,
      );
  } finally {
    if (controller === loading) container().removeAttribute("aria-busy");
  }
}

/** Reload the current results. */
export function refresh() {
  return load(location.href, { isAnnounced: false });
}

/**
 * Show the results of a GET form while the user types. The "/" key focuses its search field.
 * @param {HTMLFormElement|null} form
 */
export function setUpSearch(form) {
  if (!form) return;
  let timer = 0;
  const search = () => load(addressOf(form));
  form.querySelector("[data-part=search-submit]").hidden = true;
  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(search, event.target.type === "search" ? DEBOUNCE_MS : 0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    search();
  });
  addEventListener("keydown", (event) => goToSearch(event, form.querySelector("[type=search]")));
}

function goToSearch(event, field) {
  const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select, dialog");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
  event.preventDefault();
  field.select();
}

function addressOf(form) {
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  const view = new URL(location.href).searchParams.get("view");
  const query = new URLSearchParams(view ? [...fields, ["view", view]] : fields).toString();
  return query ? `${location.pathname}?${query}` : location.pathname;
}

function withoutPage(address) {
  const url = new URL(address, location.href);
  url.searchParams.delete("page");
  return url.href;
}

function replaceContainer(page, address, isAnnounced) {
  const fresh = page.querySelector("[data-live]");
  if (!fresh) return location.assign(address);
  container().replaceWith(document.adoptNode(fresh));
  renderAll(container());
  history.replaceState(null, "", address);
  if (isAnnounced && container().dataset.announcement !== undefined)
    announce(container().dataset.announcement || gettext("All are shown."));
  container().dispatchEvent(new CustomEvent("results-loaded", { bubbles: true }));
}
