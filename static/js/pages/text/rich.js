import DOMPurify from "dompurify";

import { markdownToHtml } from "./markdown.js";

const ALLOWED = {
  ALLOWED_TAGS: ["p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "a", "mark"],
  ALLOWED_ATTR: ["href", "start", "data-math", "data-cloze"],
  ALLOWED_URI_REGEXP: /^https?:\/\//i,
  ADD_URI_SAFE_ATTR: ["start", "data-math", "data-cloze"], // these are no addresses
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

/**
 * A card's text as elements: Markdown, through the allow-list, and only then math, which needs
 * styles that no text may bring.
 * @param {string} text @param {"question"|"answer"} [side] @returns {Promise<DocumentFragment>}
 */
export async function richFragment(text, side) {
  const fragment = DOMPurify.sanitize(markdownToHtml(text, side), ALLOWED);
  for (const link of fragment.querySelectorAll("a")) secure(link);
  if (fragment.querySelector("[data-math]")) await typeset(fragment);
  return fragment;
}

function secure(link) {
  // the parser lets an empty address pass
  if (!link.getAttribute("href")) link.removeAttribute("href");
  Object.assign(link, { rel: "noopener noreferrer nofollow", target: "_blank" });
}

async function typeset(fragment) {
  const { typesetMath } = await import("./math.js");
  await typesetMath(fragment);
}
