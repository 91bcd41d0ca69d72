import { part, say } from "../dom.js";
import { counted } from "../format.js";
import { results } from "../live.js";
import { page } from "./address.js";

/** How many cards the deck has. */
export function count() {
  return counted(Number(results().dataset.count), "card");
}

/** Cards came or went here. @param {number} by */
export function changeCount(by) {
  results().dataset.count = String(Number(results().dataset.count) + by);
  showCount();
  part(page, "empty").hidden = page.querySelectorAll("[data-slot=cards] [data-card]").length > 0;
}

/** Say it in the head of the page, which is not made anew with the results. */
export function showCount() {
  say(page, "count", count());
}
