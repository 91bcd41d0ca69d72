const HYPHENATED = /(\p{Ll})[-\u00ad]\n(\p{Ll})/gu;
const ENDS = /[.!?:;。！？]["'”’)\]]*$/u;
const BEGINS_ITEM = /^(?:[-–•*▪◦]|\d{1,3}[.)])\s/u;
const SHORT_LINE = 40;

/** Lines as they were printed, as paragraphs: words that were divided are whole, sentences go on over the ends of lines. @param {string} text */
export function asParagraphs(text) {
  const lines = text.replaceAll("\0", "").replaceAll(/\r\n?/gu, "\n").replaceAll(HYPHENATED, "$1$2").split("\n").map(tidy);
  let joined = "";
  lines.forEach((line, at) => {
    joined += line + (goesOn(line, lines[at + 1]) ? " " : "\n");
  });
  return joined.replaceAll(/\n{3,}/gu, "\n\n").trim();
}

const tidy = (line) => line.replaceAll(/[ \t\u00a0]+/gu, " ").trim();

function goesOn(line, next) {
  if (!line || !next || ENDS.test(line) || BEGINS_ITEM.test(next)) return false;
  return line.length >= SHORT_LINE || /^\p{Ll}/u.test(next);
}
