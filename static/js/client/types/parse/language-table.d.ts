/**
 * The languages that users may name. The same table is in flashcards/parsing/languages.json.
 */
/**
 * A script, names, and frequent words, by the code of the language.
 * @type {Record<string, {script: string, names: string, words: string}>}
 */
export const LANGUAGES: Record<string, {
    script: string;
    names: string;
    words: string;
}>;
