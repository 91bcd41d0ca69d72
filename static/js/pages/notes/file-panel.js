import { gettext, ngettext } from "../../client/i18n.js";
import { action, announce, part, setText, slot } from "../lib/dom.js";
import { integer, size } from "../lib/format.js";
import { FileError, Pdf } from "./pdf.js";

const MAX_FILE_MB = 100;
const MAX_TEXT_MB = 5;
const BYTES_PER_MB = 1_000_000;
const TEXT_NAMES = /\.(?:txt|md|markdown|text)$/iu;
const PDF_NAMES = /\.pdf$/iu;

/**
 * The panel above the notes that reads a file. It shows the progress, the page range and errors.
 */
export class FilePanel {
  #form;
  #maxLength;
  #onText;
  /**
   * The file whose text is in the notes.
   * @type {OpenFile|null}
   */
  #current = null;
  /**
   * The file that the panel shows: the current one, or one that is being read.
   * @type {OpenFile|null}
   */
  #shown = null;
  #reading = new AbortController();

  /**
   * @param {HTMLFormElement} form
   * @param {number} maxLength in characters
   * @param {(text: string, name: string) => void} onText
   */
  constructor(form, maxLength, onText) {
    this.#form = form;
    this.#maxLength = maxLength;
    this.#onText = onText;
    action(form, "read-pages").addEventListener("click", () => this.#run(() => this.#readPages()));
    action(form, "cancel-file").addEventListener("click", () => this.#cancel());
  }

  /** @param {File} file */
  open(file) {
    part(this.#form, "file").value = "";
    return this.#run(() => this.#open(file));
  }

  /**
   * Read a file. If it cannot be read, show the file whose text is in the notes again.
   * @param {File} file
   */
  async #open(file) {
    const { signal } = this.#reading;
    if (this.#shown !== this.#current) this.#shown.pdf?.close();
    this.#show({ name: file.name, details: megabytes(file.size), pdf: null, from: 1, to: 1 });
    try {
      await this.#read(file);
    } catch (error) {
      if (signal.aborted || this.#shown === this.#current) throw error;
      this.#shown.pdf?.close();
      this.#show(this.#current);
      throw withFileName(file.name, error);
    }
  }

  /** Show the name and the pages of a file, or neither. @param {OpenFile|null} file */
  #show(file) {
    this.#shown = file;
    part(this.#form, "file-panel").hidden = false;
    part(this.#form, "file-title").hidden = !file;
    part(this.#form, "pages").hidden = !file?.pdf || file.pdf.pages < 2;
    if (!file) return;
    setText(this.#form, "file-name", file.name);
    setText(this.#form, "file-details", file.details);
    if (file.pdf) this.#showPages(file);
  }

  #showPages({ pdf: { pages }, from, to }) {
    for (const [name, value] of Object.entries({ "page-from": from, "page-to": to })) {
      slot(this.#form, name).max = String(pages);
      slot(this.#form, name).value = String(value);
    }
  }

  async #read(file) {
    if (PDF_NAMES.test(file.name) || file.type === "application/pdf") return this.#openPdf(file);
    if (!TEXT_NAMES.test(file.name) && !file.type.startsWith("text/"))
      throw new FileError(
        "unknown",
        gettext(
          "Only PDF, text and Markdown files can be read here. Save it as one of these, or paste its text.",
        ),
      );
    if (file.size > MAX_TEXT_MB * BYTES_PER_MB) throw tooLarge(MAX_TEXT_MB);
    const { signal } = this.#reading;
    const bytes = await file.arrayBuffer();
    signal.throwIfAborted();
    this.#useText(asText(bytes));
  }

  async #openPdf(file) {
    if (file.size > MAX_FILE_MB * BYTES_PER_MB) throw tooLarge(MAX_FILE_MB);
    const { signal } = this.#reading;
    this.#progress(null, gettext("Opening the file"));
    const pdf = await Pdf.open(file);
    if (signal.aborted) return void pdf.close();
    const pages = ngettext("%(count)s page", "%(count)s pages", pdf.pages);
    this.#show({
      name: file.name,
      details: `${megabytes(file.size)} · ${pages}`,
      pdf,
      from: 1,
      to: pdf.pages,
    });
    await this.#readPages();
  }

  async #readPages() {
    const [from, to] = ["page-from", "page-to"].map((name) => Number(slot(this.#form, name).value));
    const file = this.#shown;
    const { pages } = file.pdf;
    if (!(Number.isInteger(from) && Number.isInteger(to) && 1 <= from && from <= to && to <= pages))
      throw new FileError(
        "pages",
        gettext("Choose pages from 1 to %(pages)s, the first before the last.", { pages }),
      );
    const count = to - from + 1;
    const onPage = (page) =>
      this.#progress(
        (page - from) / count,
        gettext("Page %(number)s of %(total)s", {
          number: integer(page - from + 1),
          total: integer(count),
        }),
      );
    const { signal } = this.#reading;
    const text = await file.pdf.text({ from, to, onPage, signal });
    signal.throwIfAborted();
    Object.assign(file, { from, to });
    this.#useText(text);
  }

  #useText(text) {
    if (!text.trim())
      throw new FileError(
        "no_text",
        gettext("There is no text in this file. Open another, or paste what you want to learn."),
      );
    if (this.#current !== this.#shown) this.#current?.pdf?.close();
    this.#current = this.#shown;
    this.#onText(text.slice(0, this.#maxLength), this.#shown.name);
    announce(
      ngettext(
        "Read: %(count)s character.",
        "Read: %(count)s characters.",
        Math.min(text.length, this.#maxLength),
      ),
    );
    if (text.length > this.#maxLength)
      throw new FileError(
        "too_long",
        gettext(
          "Only the first %(maximum)s characters were taken. Choose fewer pages for the rest.",
          { maximum: integer(this.#maxLength) },
        ),
      );
  }

  /** Stop reading. The pages of a PDF can still be chosen. */
  #cancel() {
    this.#reading.abort();
    part(this.#form, "file-progress").hidden = true;
    if (this.#shown === this.#current) return;
    if (this.#shown.pdf)
      this.#showError(gettext("None of this file is in the notes yet. Choose pages to read."));
    else this.#show(this.#current);
  }

  async #run(task) {
    this.#reading.abort();
    const { signal } = (this.#reading = new AbortController());
    this.#showError("");
    try {
      await task();
    } catch (error) {
      if (!signal.aborted) this.#showError(error instanceof FileError ? error.message : UNREADABLE);
    } finally {
      if (!signal.aborted || this.#reading.signal === signal)
        part(this.#form, "file-progress").hidden = true;
    }
  }

  #progress(fraction, text) {
    part(this.#form, "file-progress").hidden = false;
    if (fraction === null) slot(this.#form, "file-progress").removeAttribute("value");
    else slot(this.#form, "file-progress").value = fraction;
    setText(this.#form, "file-status", text);
  }

  #showError(message) {
    slot(this.#form, "file-error").hidden = !message;
    slot(this.#form, "file-error").textContent = message;
  }
}

/**
 * A file, with its document if it is a PDF, and the pages that were read last.
 * @typedef {{name: string, details: string, pdf: Pdf|null, from: number, to: number}} OpenFile
 */

/** Return an error about a file whose name the panel does not show. */
function withFileName(name, error) {
  const message = error instanceof FileError ? error.message : UNREADABLE;
  return new FileError(
    "refused",
    // Translators: the name of a file, and why it could not be read.
    gettext("“%(name)s”: %(message)s", { name, message }),
  );
}

const UNREADABLE = gettext("This file could not be read. Try once more, or paste its text.");

/** Decode UTF-8, or UTF-16 with a byte order mark. Other text is read as Windows-1252. */
function asText(bytes) {
  const [first, second] = new Uint8Array(bytes.slice(0, 2));
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

const megabytes = (bytes) =>
  bytes < BYTES_PER_MB
    ? gettext("%(number)s KB", { number: Math.ceil(bytes / 1000) })
    : size(bytes / BYTES_PER_MB);
const tooLarge = (maxMb) =>
  new FileError(
    "too_large",
    gettext(
      "This file has more than %(maximum)s MB. Split it, or paste the part that you want to learn.",
      { maximum: maxMb },
    ),
  );
