import { gettext } from "../../client/i18n.js";

const PROBLEMS = {
  PasswordException: [
    "encrypted",
    gettext("This PDF is locked with a password. Save a copy without one, and open that."),
  ],
  InvalidPDFException: [
    "broken",
    gettext("This PDF is damaged, or is no PDF. Open it in a reader, save it anew, and try that."),
  ],
};
const UNREAD = [
  "broken",
  gettext("This PDF could not be read. Open it in a reader, copy its text, and paste it here."),
];
const SCANNED = gettext(
  "These pages are pictures without text, as a scanner makes them. Have a reader recognise the text (OCR), or type what matters.",
);

/** A PDF whose text is extracted in the browser. The file is not uploaded. */
export class Pdf {
  #document;

  /** @param {any} document a document of pdf.js */
  constructor(document) {
    this.#document = document;
  }

  /** @param {File} file @returns {Promise<Pdf>} @throws {FileError} */
  static async open(file) {
    const pdfjs = await import("mindflip/pdf");
    pdfjs.GlobalWorkerOptions.workerSrc = import.meta.resolve("mindflip/pdf-worker");
    const data = new Uint8Array(await file.arrayBuffer());
    const options = {
      data,
      disableFontFace: true,
      cMapUrl: "/static/vendor/pdfjs-cmaps/",
      cMapPacked: true,
      verbosity: 0,
    };
    return new Pdf(await pdfjs.getDocument(options).promise.catch(rejectPdf));
  }

  get pages() {
    return this.#document.numPages;
  }

  /**
   * Return the text of a range of pages.
   * @param {{from: number, to: number, onPage: (page: number) => void, signal: AbortSignal}} which
   * @returns {Promise<string>}
   * @throws {FileError} if none of the pages has text
   * @throws the reason of the signal, if it is aborted
   */
  async text({ from, to, onPage, signal }) {
    const texts = [];
    for (let number = from; number <= to; number += 1) {
      signal.throwIfAborted();
      onPage(number);
      texts.push(await this.#page(number));
    }
    const text = joinLines(texts.join("\n"));
    if (!text) throw new FileError("no_text", SCANNED);
    return text;
  }

  /** Free the memory of the document. */
  close() {
    return this.#document.loadingTask.destroy();
  }

  async #page(number) {
    const page = await this.#document.getPage(number).catch(rejectPdf);
    const { items } = await page.getTextContent().catch(rejectPdf);
    page.cleanup();
    return items.map(({ str = "", hasEOL }) => str + (hasEOL ? "\n" : "")).join("");
  }
}

function rejectPdf(error) {
  throw new FileError(...(PROBLEMS[error.name] ?? UNREAD));
}

/**
 * The reason why a file has no usable text: `code` for programs, and a `message` with the next step
 * for the user.
 */
export class FileError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = "FileError";
    this.code = code;
  }
}

const HYPHENATED = /(\p{Ll})[-\u00ad]\n(\p{Ll})/gu;
const ENDS = /[.!?:;。！？]["'”’)\]]*$/u;
const BEGINS_ITEM = /^(?:[-–•*▪◦]|\d{1,3}[.)])\s/u;
const SHORT_LINE = 40;

/**
 * Join printed lines into paragraphs.
 *
 * Hyphenated words are rejoined, and sentences continue across line ends.
 * @param {string} text
 */
export function joinLines(text) {
  const lines = text
    .replaceAll("\0", "")
    .replaceAll(/\r\n?/gu, "\n")
    .replaceAll(HYPHENATED, "$1$2")
    .split("\n")
    .map(tidy);
  let joined = "";
  lines.forEach((line, index) => {
    joined += line + (continues(line, lines[index + 1]) ? " " : "\n");
  });
  return joined.replaceAll(/\n{3,}/gu, "\n\n").trim();
}

const tidy = (line) => line.replaceAll(/[ \t\u00a0]+/gu, " ").trim();

function continues(line, next) {
  if (!line || !next || ENDS.test(line) || BEGINS_ITEM.test(next)) return false;
  return line.length >= SHORT_LINE || /^\p{Ll}/u.test(next);
}
