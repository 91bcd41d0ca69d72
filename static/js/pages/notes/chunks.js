import { splitSentences } from "./grounding.js";

const PARAGRAPHS = /\n\s*\n/u;

/**
 * Notes in parts that fit a model's context, none of them overlapping: whole paragraphs together as
 * far as they fit, a long paragraph by its sentences, a long sentence by its words.
 * @param {string} text @param {number} [tokens] the most that a part may take @returns {string[]}
 */
export function chunks(text, tokens = SOURCE_TOKENS) {
  if (roughTokens(text) <= tokens) return text.trim() ? [text.trim()] : [];
  const paragraphs = text
    .split(PARAGRAPHS)
    .map((part) => part.trim())
    .filter(Boolean);
  return packed(
    paragraphs.flatMap((paragraph) => small(paragraph, tokens)),
    "\n\n",
    tokens,
  );
}

/**
 * How many cards each of so many parts gives: as evenly as can be, in whole cards.
 * @param {number} count @param {number} parts @returns {number[]}
 */
export function spread(count, parts) {
  return Array.from(
    { length: parts },
    (_, at) => Math.floor(((at + 1) * count) / parts) - Math.floor((at * count) / parts),
  );
}

function small(paragraph, tokens) {
  if (roughTokens(paragraph) <= tokens) return [paragraph];
  const sentences = splitSentences(paragraph).flatMap((sentence) =>
    roughTokens(sentence) <= tokens ? [sentence] : packed(words(sentence, tokens), " ", tokens),
  );
  return packed(sentences, " ", tokens);
}

/** Words, and in scripts without spaces as many signs as surely fit. */
function words(sentence, tokens) {
  const most = Math.max(1, Math.floor(tokens / 2));
  return sentence.split(/\s+/u).flatMap((word) => {
    const signs = [...word];
    return Array.from({ length: Math.ceil(signs.length / most) }, (_, at) =>
      signs.slice(at * most, (at + 1) * most).join(""),
    );
  });
}

/** Neighbours together as far as they fit. */
function packed(pieces, between, tokens) {
  const parts = [];
  let size = Infinity;
  for (const piece of pieces) {
    const more = roughTokens(between + piece);
    if (size + more > tokens) [size] = [more, parts.push(piece)];
    else [size, parts[parts.length - 1]] = [size + more, parts.at(-1) + between + piece];
  }
  return parts;
}

// How many tokens a text takes, roughly. Twin: flashcards/prompts.py
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
