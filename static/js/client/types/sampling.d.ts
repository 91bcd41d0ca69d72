/**
 * Return the number of parameters in a model's ID, such as "SmolLM2-135M-Instruct", or Infinity if
 * it contains none.
 * @param {string} modelId
 */
export function parametersOf(modelId: string): number;
/**
 * Return whether a model is known to be small, so that it cannot write useful cards from notes.
 * @param {string} modelId
 */
export function isSmallModel(modelId: string): boolean;
/**
 * Return the sampling options for a model.
 *
 * A model that is asked again for missing cards gets another temperature, so that it does not write
 * the same rejected cards again.
 * @param {string} modelId
 * @param {boolean} isFollowUp
 * @returns {{temperature: number, repetitionPenalty: number}}
 */
export function samplingFor(modelId: string, isFollowUp: boolean): {
    temperature: number;
    repetitionPenalty: number;
};
/**
 * Return the number of tokens that an answer may have.
 * @param {number} count  of cards
 * @param {{front: number, back: number}} [limits]  the most words of a side
 */
export function maxTokensFor(count: number, limits?: {
    front: number;
    back: number;
}): number;
