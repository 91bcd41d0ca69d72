/** How many tokens a text takes, roughly. Twin: flashcards/prompts.py */

const ASCII_PER_TOKEN = 3.5;
const TOKENS_PER_OTHER = 1.5;

/** What notes may take of a request, so that a context of 2,048 tokens holds them with the rest. */
export const SOURCE_TOKENS = 450;

/** @param {string} text */
export function roughTokens(text) {
  let others = 0;
  let signs = 0;
  for (const sign of text) {
    signs += 1;
    others += Number(sign.codePointAt(0) > 127);
  }
  return Math.round((signs - others) / ASCII_PER_TOKEN + others * TOKENS_PER_OTHER) + 1;
}
