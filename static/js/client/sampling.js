/**
 * How an engine chooses tokens, and how many it may write.
 *
 * docs/decisions/sampling.md says how the values were measured.
 */

const BILLION = 1e9;
/** Models with fewer parameters are small. */
const SMALL_MODEL_LIMIT = BILLION;
/** Values by the size of the model: the first row whose limit is above its parameters. */
const SIZE_CLASSES = [
  {
    maxParameters: SMALL_MODEL_LIMIT,
    temperature: 0.3,
    retryTemperature: 0.7,
    repetitionPenalty: 1.1,
  },
  {
    maxParameters: Infinity,
    temperature: 0.7,
    retryTemperature: 0.7,
    repetitionPenalty: 1,
  },
];
const PARAMETERS = /(?:^|[^a-z0-9.])([0-9]+(?:\.[0-9]+)?)([bm])(?![a-z0-9])/iu;

/** The number of tokens allowed for each card if the lengths of its sides are not limited. */
const TOKENS_PER_CARD = 200;
/** A cautious estimate: small vocabularies split words of other scripts into many tokens. */
const TOKENS_PER_WORD = 4;
/** The number of tokens allowed for the names and quotes of a card, and for all brackets. */
const TOKEN_OVERHEAD = 16;
const ANSWER_OVERHEAD = 64;

/**
 * Return the number of parameters in a model's ID, such as "SmolLM2-135M-Instruct", or Infinity if
 * it contains none.
 * @param {string} modelId
 */
export function parametersOf(modelId) {
  const match = PARAMETERS.exec(modelId);
  if (!match) return Infinity;
  return Number(match[1]) * (match[2].toLowerCase() === "b" ? BILLION : BILLION / 1000);
}

/**
 * Return whether a model is known to be small, so that it cannot write useful cards from notes.
 * @param {string} modelId
 */
export function isSmallModel(modelId) {
  return parametersOf(modelId) < SMALL_MODEL_LIMIT;
}

/**
 * Return the sampling options for a model.
 *
 * A model that is asked again for missing cards gets another temperature, so that it does not write
 * the same rejected cards again.
 * @param {string} modelId
 * @param {boolean} isFollowUp
 * @returns {{temperature: number, repetitionPenalty: number}}
 */
export function samplingFor(modelId, isFollowUp) {
  const parameters = parametersOf(modelId);
  const row =
    SIZE_CLASSES.find(({ maxParameters }) => parameters < maxParameters) ?? SIZE_CLASSES.at(-1);
  const { temperature, retryTemperature, repetitionPenalty } = row;
  return { temperature: isFollowUp ? retryTemperature : temperature, repetitionPenalty };
}

/**
 * Return the number of tokens that an answer may have.
 * @param {number} count  of cards
 * @param {{front: number, back: number}} [limits]  the most words of a side
 */
export function maxTokensFor(count, limits) {
  const perCard = limits
    ? TOKEN_OVERHEAD + TOKENS_PER_WORD * (limits.front + limits.back)
    : TOKENS_PER_CARD;
  return ANSWER_OVERHEAD + perCard * count;
}
