import DOMPurify from "dompurify";

import { markdownToHtml } from "./markdown.js";

const ALLOWED = {
  ALLOWED_TAGS: ["p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "a", "mark"],
  ALLOWED_ATTR: ["href", "start", "data-math", "data-cloze"],
  ALLOWED_URI_REGEXP: /^https?:\/\//i,
  ADD_URI_SAFE_ATTR: ["start", "data-math", "data-cloze"], // these are not URLs
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

/**
 * Render a card's text as elements.
 *
 * The Markdown is filtered by the allow-list first. Math is typeset afterwards, because it needs
 * styles, which are not allowed in texts.
 * @param {string} text @param {"question"|"answer"} [side] @returns {Promise<DocumentFragment>}
 */
export async function richFragment(text, side) {
  const fragment = DOMPurify.sanitize(markdownToHtml(text, side), ALLOWED);
  for (const link of fragment.querySelectorAll("a")) secure(link);
  if (fragment.querySelector("[data-math]")) await typeset(fragment);
  return fragment;
}

function secure(link) {
  // The parser accepts an empty URL.
  if (!link.getAttribute("href")) link.removeAttribute("href");
  // eslint-disable-next-line mindflip/no-untranslated-text -- link types
  Object.assign(link, { rel: "noopener noreferrer nofollow", target: "_blank" });
}

async function typeset(fragment) {
  const { typesetMath } = await import("./math.js");
  await typesetMath(fragment);
}
