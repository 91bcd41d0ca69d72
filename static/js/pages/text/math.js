import katex from "katex";

const LONGEST_TEX = 1000;
const OPTIONS = {
  // its own words for an error come with a style attribute; ours are the source, as code
  throwOnError: true,
  strict: "ignore",
  trust: false,
  maxSize: 12,
  maxExpand: 200,
  errorColor: "var(--danger)",
  // its MathML would carry a style attribute, which the content policy refuses
  macros: { "\\pmb": "\\boldsymbol" },
};
let styles = null;

/**
 * Turn every `<code data-math>` below an element into math. KaTeX builds its elements itself and
 * styles them through CSSOM, as a policy without inline styles wants it; what it cannot read stays
 * code.
 * @param {ParentNode} root @returns {Promise<void>} once its styles are there
 */
export async function typesetMath(root) {
  await (styles ??= loadStyles());
  for (const source of root.querySelectorAll("code[data-math]")) typeset(source);
}

function typeset(source) {
  const math = document.createElement("span");
  math.className = "math";
  math.dataset.math = source.dataset.math;
  try {
    if (source.textContent.length > LONGEST_TEX) return;
    katex.render(source.textContent, math, {
      ...OPTIONS,
      macros: { ...OPTIONS.macros },
      displayMode: source.dataset.math === "display",
    });
    source.replaceWith(math);
  } catch {
    // not TeX, or nested so deeply that the stack ends: it stays code
  }
}

function loadStyles() {
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: import.meta.resolve("katex/styles.css") });
  return new Promise((resolve) => {
    link.onload = link.onerror = () => resolve();
    document.head.append(link);
  });
}
