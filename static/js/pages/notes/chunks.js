import { splitSentences } from "./sentences.js";

const PARAGRAPHS = /\n\s*\n/u;

/**
 * Split notes into chunks that fit into the model's context and do not overlap.
 *
 * Paragraphs are combined as far as they fit. A long paragraph is split into sentences, and a long
 * sentence into words.
 * @param {string} text
 * @param {number} [tokens] the maximum size of a chunk
 * @returns {string[]}
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
 * Return the number of cards for each part, distributed as evenly as possible.
 * @param {number} count
 * @param {number} parts
 * @returns {number[]}
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

/**
 * Split a long sentence into words.
 *
 * Long words, such as text in scripts without spaces, are cut into pieces that fit.
 */
function splitWords(sentence, tokens) {
  const maxLength = Math.max(1, Math.floor(tokens / 2));
  return sentence.split(/\s+/u).flatMap((word) => {
    const characters = [...word];
    return Array.from({ length: Math.ceil(characters.length / maxLength) }, (_, index) =>
      characters.slice(index * maxLength, (index + 1) * maxLength).join(""),
    );
  });
}

/** Join adjacent pieces as far as they fit. */
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

// Constants for estimating the number of tokens. They must match flashcards/prompts.py.
const ASCII_PER_TOKEN = 3.5;
const TOKENS_PER_OTHER = 1.5;

/**
 * The maximum size of the notes in a request, in tokens. A request then fits in a context of 2,048
 * tokens.
 */
export const SOURCE_TOKENS = 450;

/** Return the estimated number of tokens of a text. @param {string} text */
export function roughTokens(text) {
  let others = 0;
  let characters = 0;
  for (const character of text) {
    characters += 1;
    others += Number(character.codePointAt(0) > 127);
  }
  return Math.round((characters - others) / ASCII_PER_TOKEN + others * TOKENS_PER_OTHER) + 1;
}
