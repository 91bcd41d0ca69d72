import { announce } from "./announce.js";

const SHOWN_SECONDS = 5;

/** Show a sentence for a few seconds, and say it. @param {string} text */
export function toast(text) {
  const element = document.createElement("p");
  element.className = "toast";
  element.textContent = text;
  document.getElementById("toasts").replaceChildren(element);
  announce(text);
  setTimeout(() => element.remove(), SHOWN_SECONDS * 1000);
}
