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
  #pdf = null;
  #name = "";
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
    action(form, "cancel-file").addEventListener("click", () => this.#reading.abort());
  }

  /** @param {File} file */
  open(file) {
    this.#name = file.name;
    this.#form.elements.from.value = "notes";
    part(this.#form, "notes").hidden = false;
    part(this.#form, "file-panel").hidden = false;
    part(this.#form, "pages").hidden = true;
    setText(this.#form, "file-name", file.name);
    setText(this.#form, "file-details", megabytes(file.size));
    part(this.#form, "file").value = "";
    return this.#run(() => this.#open(file));
  }

  async #open(file) {
    await this.#pdf?.close();
    this.#pdf = null;
    if (PDF_NAMES.test(file.name) || file.type === "application/pdf") return this.#openPdf(file);
    if (!TEXT_NAMES.test(file.name) && !file.type.startsWith("text/"))
      throw new FileError(
        "unknown",
        gettext(
          "Only PDF, text and Markdown files can be read here. Save it as one of these, or paste its text.",
        ),
      );
    if (file.size > MAX_TEXT_MB * BYTES_PER_MB) throw tooLarge(MAX_TEXT_MB);
    return this.#useText(asText(await file.arrayBuffer()));
  }

  async #openPdf(file) {
    if (file.size > MAX_FILE_MB * BYTES_PER_MB) throw tooLarge(MAX_FILE_MB);
    this.#progress(null, gettext("Opening the file"));
    this.#pdf = await Pdf.open(file);
    setText(
      this.#form,
      "file-details",
      `${megabytes(file.size)} · ${ngettext("%(count)s page", "%(count)s pages", this.#pdf.pages)}`,
    );
    this.#offerPages(this.#pdf.pages);
    await this.#readPages();
  }

  #offerPages(pages) {
    part(this.#form, "pages").hidden = pages < 2;
    for (const [name, value] of Object.entries({ "page-from": 1, "page-to": pages })) {
      slot(this.#form, name).max = String(pages);
      slot(this.#form, name).value = String(value);
    }
  }

  async #readPages() {
    const [from, to] = ["page-from", "page-to"].map((name) => Number(slot(this.#form, name).value));
    const { pages } = this.#pdf;
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
    this.#useText(await this.#pdf.text({ from, to, onPage, signal: this.#reading.signal }));
  }

  #useText(text) {
    if (!text.trim())
      throw new FileError(
        "no_text",
        gettext("There is no text in this file. Open another, or paste what you want to learn."),
      );
    this.#onText(text.slice(0, this.#maxLength), this.#name);
    announce(
      ngettext(
        "Read: %(count)s characters.",
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

  async #run(task) {
    this.#reading.abort();
    const { signal } = (this.#reading = new AbortController());
    this.#showError("");
    try {
      await task();
    } catch (error) {
      if (!signal.aborted)
        this.#showError(
          error instanceof FileError
            ? error.message
            : gettext("This file could not be read. Try once more, or paste its text."),
        );
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
