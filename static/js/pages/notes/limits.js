/** The most characters that notes may have. */
export const NOTES_MOST = 200_000;
