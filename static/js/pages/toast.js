import { announce } from "./announce.js";

const SHOWN_SECONDS = 5;
const OFFERED_SECONDS = 15;

/**
 * Show a sentence for a few seconds, and say it. With a button it stays longer, and as long as somebody is at it.
 * @param {string} text
 * @param {{label: string, run: () => void, hint?: string}} [offer] a button; `hint` is said, not shown
 * @returns {HTMLElement} the toast
 */
export function toast(text, offer) {
  const element = document.createElement("div");
  element.className = "toast";
  element.append(text);
  if (offer) element.append(button(offer, element));
  document.getElementById("toasts").replaceChildren(element);
  announce(offer?.hint ? `${text} ${offer.hint}` : text);
  goLater(element, (offer ? OFFERED_SECONDS : SHOWN_SECONDS) * 1000);
  return element;
}

function button({ label, run }, element) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "toast-button";
  made.textContent = label;
  made.addEventListener("click", () => {
    element.remove();
    run();
  });
  return made;
}

function goLater(element, milliseconds) {
  setTimeout(() => (element.matches(":hover, :focus-within") ? goLater(element, milliseconds) : element.remove()), milliseconds);
}
