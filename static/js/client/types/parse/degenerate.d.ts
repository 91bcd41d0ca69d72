/**
 * @typedef {object} Requirements  The facts about a request that its cards are compared with.
 * @property {{front: number, back: number, afterGap: number}} limits  the numbers of words at which
 *   the grammar ends a text; `afterGap` is 0 unless a cloze is requested
 * @property {string} language  as the user wrote it
 * @property {string} topic
 * @property {string} material  the topic and the notes
 * @property {{subject: string, cards: {front: string, back: string}[]}} example  in the prompt
 */
/**
 * Return the requirements of a server's `generate` message.
 *
 * Its chat messages are the rules, an example task and its answer, and the task.
 * @param {any} request @returns {Requirements}
 */
export function requirementsOf({ options, messages, responseFormat }: any): Requirements;
/**
 * Throw a BadCard if the card is useless.
 * @param {{front: string, back: string}} card @param {Requirements} requirements
 */
export function checkCard({ front, back }: {
    front: string;
    back: string;
}, requirements: Requirements): void;
/**
 * Return whether a character, a word or a short phrase is repeated in a run.
 * @param {string} text
 */
export function isLoop(text: string): boolean;
/**
 * The facts about a request that its cards are compared with.
 */
export type Requirements = {
    /**
     * the numbers of words at which
     * the grammar ends a text; `afterGap` is 0 unless a cloze is requested
     */
    limits: {
        front: number;
        back: number;
        afterGap: number;
    };
    /**
     * as the user wrote it
     */
    language: string;
    topic: string;
    /**
     * the topic and the notes
     */
    material: string;
    /**
     * in the prompt
     */
    example: {
        subject: string;
        cards: {
            front: string;
            back: string;
        }[];
    };
};
