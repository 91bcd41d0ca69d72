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
  return joinPieces(
    paragraphs.flatMap((paragraph) => splitParagraph(paragraph, tokens)),
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
    (_, index) => Math.floor(((index + 1) * count) / parts) - Math.floor((index * count) / parts),
  );
}

function splitParagraph(paragraph, tokens) {
  if (roughTokens(paragraph) <= tokens) return [paragraph];
  const sentences = splitSentences(paragraph).flatMap((sentence) =>
    roughTokens(sentence) <= tokens
      ? [sentence]
      : joinPieces(splitWords(sentence, tokens), " ", tokens),
  );
  return joinPieces(sentences, " ", tokens);
}

/** Words, and in scripts without spaces as many signs as surely fit. */
function splitWords(sentence, tokens) {
  const maxLength = Math.max(1, Math.floor(tokens / 2));
  return sentence.split(/\s+/u).flatMap((word) => {
    const characters = [...word];
    return Array.from({ length: Math.ceil(characters.length / maxLength) }, (_, index) =>
      characters.slice(index * maxLength, (index + 1) * maxLength).join(""),
    );
  });
}

/** Neighbours together as far as they fit. */
function joinPieces(pieces, separator, tokens) {
  const parts = [];
  let size = Infinity;
  for (const piece of pieces) {
    const added = roughTokens(separator + piece);
    if (size + added > tokens) [size] = [added, parts.push(piece)];
    else [size, parts[parts.length - 1]] = [size + added, parts.at(-1) + separator + piece];
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
  let characters = 0;
  for (const character of text) {
    characters += 1;
    others += Number(character.codePointAt(0) > 127);
  }
  return Math.round((characters - others) / ASCII_PER_TOKEN + others * TOKENS_PER_OTHER) + 1;
}
