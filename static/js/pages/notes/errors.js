/** Why a file gave no text: `code` for programs, `message` a sentence with the next step. */
export class FileError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = "FileError";
    this.code = code;
  }
}
