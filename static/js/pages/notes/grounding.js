/**
 * Whether a card stands in the notes it was made from, and in which sentence. Twin:
 * flashcards/grounding.py, where the rule is told; tests/contract/grounding_cases.json is the table
 * of both.
 */

const ENOUGH_OF_BACK = 0.7;
const ENOUGH_OF_FRONT = 0.35;
// weights are whole numbers, so that sums are exact and the same in Python and JavaScript
const WORD_WEIGHT = 80;
const SHORT_WORD = 3;
const SHORT_WEIGHT = 20;
const ABSENT_PERCENT = 50;
const STEM_PERCENT = 65;
const STEM_CUT = 2;
const STEM_LEAST = 4;
// as in flashcards/cloze.py
const OPENING = "\\{\\{c[1-9][0-9]{0,2}::";
const INNERMOST = new RegExp(`${OPENING}((?:(?!${OPENING}|\\}\\})[^])+)\\}\\}`, "gu");
const DEPTH = 8;
const SENTENCE_END = /(?<=[.!?])["'”’)\]]*\s+|(?<=[。！？])|\n+/u;
const ACCENTS = /[\u0300-\u036f]/gu;
const FIGURE = /\p{Nd}/u;
const SIGN = /[\p{L}\p{N}\p{M}]/u;
const UNSPACED = [
  [0x0e00, 0x0eff], [0x1000, 0x109f], [0x1780, 0x17ff], [0x3040, 0x30ff], [0x31f0, 0x31ff],
  [0x3400, 0x4dbf], [0x4e00, 0x9fff], [0xac00, 0xd7af], [0xf900, 0xfaff], [0x20000, 0x3134f],
]; // prettier-ignore

/**
 * @typedef {{found: boolean|null, sentence: string}} Ground  `found` is null where nothing could be
 *   checked
 */

/** @type {Ground} */
export const UNCHECKED = { found: null, sentence: "" };

/** Notes, ready to have cards looked up in them. */
export class Source {
  /** @type {Map<string, Set<number>>} */
  #exact = new Map();
  /** @type {Map<string, Set<number>>} */
  #stems = new Map();

  /** @param {string} text */
  constructor(text) {
    this.sentences = splitSentences(text);
    this.sentences.forEach((sentence, at) => this.#learn(sentence, at));
  }

  /**
   * The sentence that says what the card says.
   * @param {{front: string, back: string}} card
   * @returns {Ground}
   */
  find({ front, back }) {
    const [asked, said] = askedAndSaid(front, back).map((text) => wordsOf(text));
    if (!this.#exact.size || !said.length) return UNCHECKED;
    const best = this.#best(asked, said);
    return best === undefined
      ? { found: false, sentence: "" }
      : { found: true, sentence: this.sentences[best] };
  }

  #learn(sentence, at) {
    for (const word of wordsOf(sentence, true)) {
      note(this.#exact, word, at);
      for (const stem of stems(word)) note(this.#stems, stem, at);
    }
  }

  #best(asked, said) {
    const ofSaid = this.#shares(said);
    const ofAsked = this.#shares(asked, ABSENT_PERCENT);
    const figures = [...asked, ...said].filter(isFigure);
    const fits = ([at, share]) => {
      const ofFront = asked.length ? Math.max(ofAsked.get(at) ?? 0, ofAsked.get(at - 1) ?? 0) : 1;
      return (
        share >= ENOUGH_OF_BACK &&
        ofFront >= ENOUGH_OF_FRONT &&
        figures.every((figure) => this.#has(figure, at))
      );
    };
    const scored = [...ofSaid]
      .filter(fits)
      .map(([at, share]) => ({ at, score: Number((share + (ofAsked.get(at) ?? 0)).toFixed(6)) }));
    return scored.sort((a, b) => b.score - a.score || a.at - b.at)[0]?.at;
  }

  /**
   * Words that share a stem are counted together, so that each list of sentences is read a bounded
   * number of times.
   */
  #shares(words, absentPercent = 100) {
    const weightOf = (word) =>
      Math.floor((weight(word) * (this.#exact.has(word) ? 100 : absentPercent)) / 100);
    const total = words.reduce((sum, word) => sum + weightOf(word), 0);
    const weights = new Map();
    // how many shorter stems the word has -> stem -> weight
    const byLevel = Array.from({ length: STEM_CUT + 1 }, () => new Map());
    for (const word of words) {
      const ofWord = stems(word);
      const alike = ofWord.length ? Math.floor((weight(word) * STEM_PERCENT) / 100) : 0;
      for (const at of this.#exact.get(word) ?? []) add(weights, at, weight(word) - alike);
      ofWord.forEach((stem, position) => add(byLevel[ofWord.length - 1 - position], stem, alike));
    }
    byLevel.forEach((weightOfStem, shorter) => {
      for (const [stem, more] of weightOfStem)
        for (const at of this.#firstAlike(stem, shorter)) add(weights, at, more);
    });
    return new Map([...weights].map(([at, sum]) => [at, sum / total]));
  }

  /** The sentences that have the stem, and none of its next `shorter` ones. */
  #firstAlike(stem, shorter) {
    const signs = [...stem];
    const counted = Array.from({ length: shorter }, (_, cut) =>
      this.#stems.get(signs.slice(0, signs.length - cut - 1).join("")),
    );
    return [...(this.#stems.get(stem) ?? [])].filter(
      (at) => !counted.some((sentences) => sentences?.has(at)),
    );
  }

  #has(figure, at) {
    const places = this.#exact.get(figure);
    return Boolean(places?.has(at) || places?.has(at - 1));
  }
}

/** The sentences and lines of a text, each as it stands there. @param {string} text */
export function splitSentences(text) {
  return text
    .split(SENTENCE_END)
    .map((part) => part.trim())
    .filter(Boolean);
}

function wordsOf(text, isSource = false) {
  const words = new Set();
  for (const run of runsOf(fold(text))) {
    if (!isUnspaced(run[0])) words.add(run.join(""));
    else if (run.length === 1 || isSource) run.forEach((sign) => words.add(sign));
    if (isUnspaced(run[0]))
      for (let at = 0; at + 1 < run.length; at += 1) words.add(run[at] + run[at + 1]);
  }
  return [...words];
}

function askedAndSaid(front, back) {
  const hidden = [];
  const fill = (_, body) => {
    hidden.push(body.split("::", 1)[0]);
    return hidden.at(-1);
  };
  let filled = front;
  for (let depth = 0; depth < DEPTH; depth += 1) filled = filled.replace(INNERMOST, fill);
  return hidden.length ? [hidden.join(" "), filled] : [front, back];
}

function fold(text) {
  const bare = text.normalize("NFKD").replace(ACCENTS, "");
  return [...bare]
    .map((sign) => (sign === "ı" ? sign : sign.toUpperCase().toLowerCase()))
    .join("")
    .normalize("NFC");
}

/**
 * Unbroken stretches of letters, digits and their marks, of spaced or unspaced script, each as its
 * signs.
 */
function runsOf(text) {
  const runs = [];
  let before = null;
  for (const sign of text) {
    const kind = SIGN.test(sign) ? isUnspaced(sign) : null;
    if (kind !== null && kind === before) runs.at(-1).push(sign);
    else if (kind !== null) runs.push([sign]);
    before = kind;
  }
  return runs;
}

const isUnspaced = (sign) =>
  UNSPACED.some(([first, last]) => first <= sign.codePointAt(0) && sign.codePointAt(0) <= last);
const isFigure = (word) => FIGURE.test(word);

function weight(word) {
  return [...word].length <= SHORT_WORD && !isFigure(word) && !isUnspaced(word)
    ? SHORT_WEIGHT
    : WORD_WEIGHT;
}

function stems(word) {
  if (isFigure(word) || isUnspaced(word)) return [];
  const signs = [...word];
  const cuts = Array.from({ length: STEM_CUT + 1 }, (_, cut) => signs.length - cut);
  return cuts
    .filter((length) => length >= STEM_LEAST)
    .map((length) => signs.slice(0, length).join(""));
}

function add(sums, key, amount) {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}

function note(index, word, at) {
  if (!index.has(word)) index.set(word, new Set());
  index.get(word).add(at);
}
