import { renderAll } from "../text.js";
import { announce, toast } from "./dom.js";
import { advice } from "./error-messages.js";

/**
 * The part of a page that is made anew by the server when something was asked or changed:
 * `[data-live]`. Only the last load counts.
 */
export const results = () => document.querySelector("[data-live]");
const QUIET_MS = 180;
let loading = null;

/**
 * Show the results at this address.
 * @param {string} address of this page, with its query
 * @param {{say?: boolean}} [options]
 */
export async function show(address, { say = true } = {}) {
  loading?.abort();
  const mine = (loading = new AbortController());
  results().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
    // signed out meanwhile
    if (answer.redirected && !answer.url.includes(location.pathname)) location.assign(answer.url);
    else if (answer.status === 404 && new URL(answer.url).searchParams.has("page"))
      await show(withoutPage(address), { say });
    else swap(new DOMParser().parseFromString(await answer.text(), "text/html"), address, say);
  } catch (error) {
    if (error.name !== "AbortError")
      toast(advice({ code: "offline", message: "The server cannot be reached." }).text);
  } finally {
    if (mine === loading) results().removeAttribute("aria-busy");
  }
}

/** Show again what is shown, as it is now. */
export function refresh() {
  return show(location.href, { say: false });
}

/**
 * Let a GET form show its results while one types; "/" goes to its search field.
 * @param {HTMLFormElement|null} form
 */
export function setUpFinder(form) {
  if (!form) return;
  let timer = 0;
  const ask = () => show(addressOf(form));
  form.querySelector("[data-part=finder-button]").hidden = true;
  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(ask, event.target.type === "search" ? QUIET_MS : 0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    ask();
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
  const asked = [...new FormData(form)].filter(([, value]) => value !== "");
  const view = new URL(location.href).searchParams.get("view");
  const query = new URLSearchParams(view ? [...asked, ["view", view]] : asked).toString();
  return query ? `${location.pathname}?${query}` : location.pathname;
}

function withoutPage(address) {
  const url = new URL(address, location.href);
  url.searchParams.delete("page");
  return url.href;
}

function swap(page, address, say) {
  const fresh = page.querySelector("[data-live]");
  if (!fresh) return location.assign(address);
  results().replaceWith(document.adoptNode(fresh));
  renderAll(results());
  history.replaceState(null, "", address);
  if (say && results().dataset.found !== undefined)
    announce(results().dataset.found || "All are shown.");
  results().dispatchEvent(new CustomEvent("results-shown", { bubbles: true }));
}
