import katex from "katex";

const LONGEST_TEX = 1000;
const OPTIONS = {
  // KaTeX's error output has a style attribute. Invalid TeX is shown as code instead.
  throwOnError: true,
  strict: "ignore",
  trust: false,
  maxSize: 12,
  maxExpand: 200,
  errorColor: "var(--danger)",
  // The MathML of \pmb has a style attribute, which the content security policy blocks.
  macros: { "\\pmb": "\\boldsymbol" },
};
let styles = null;

/**
 * Turn every `<code data-math>` in an element into math.
 *
 * KaTeX creates elements and styles them through the CSSOM, which a content security policy without
 * inline styles allows. Invalid TeX, and TeX of more than 1,000 characters, is left as code.
 * @param {ParentNode} root @returns {Promise<void>} once KaTeX's styles are loaded
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
    // Invalid TeX, or TeX nested so deeply that the stack overflows, stays code.
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
