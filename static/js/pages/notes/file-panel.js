import { action, announce, part, say, slot } from "../lib/dom.js";
import { counted, integer, size } from "../lib/format.js";
import { FileError, Pdf } from "./pdf.js";

const FILE_MB_MOST = 100;
const TEXT_MB_MOST = 5;
const BYTES_OF_MB = 1_000_000;
const TEXT_NAMES = /\.(?:txt|md|markdown|text)$/iu;
const PDF_NAMES = /\.pdf$/iu;

/**
 * The strip above the notes that reads a file: how far it is, which pages, and what is wrong with
 * it.
 */
export class FilePanel {
  #form;
  #notesMost;
  #onText;
  #pdf = null;
  #name = "";
  #reading = new AbortController();

  /**
   * @param {HTMLFormElement} form
   * @param {number} notesMost characters
   * @param {(text: string, name: string) => void} onText
   */
  constructor(form, notesMost, onText) {
    this.#form = form;
    this.#notesMost = notesMost;
    this.#onText = onText;
    action(form, "read-pages").addEventListener("click", () =>
      this.#attempt(() => this.#readPages()),
    );
    action(form, "cancel-file").addEventListener("click", () => this.#reading.abort());
  }

  /** @param {File} file */
  open(file) {
    this.#name = file.name;
    this.#form.elements.from.value = "notes";
    part(this.#form, "notes").hidden = false;
    part(this.#form, "file-panel").hidden = false;
    part(this.#form, "pages").hidden = true;
    say(this.#form, "file-name", file.name);
    say(this.#form, "file-facts", megabytes(file.size));
    part(this.#form, "file").value = "";
    return this.#attempt(() => this.#open(file));
  }

  async #open(file) {
    await this.#pdf?.close();
    this.#pdf = null;
    if (PDF_NAMES.test(file.name) || file.type === "application/pdf") return this.#openPdf(file);
    if (!TEXT_NAMES.test(file.name) && !file.type.startsWith("text/"))
      throw new FileError(
        "unknown",
        "Only PDF, text and Markdown files can be read here. Save it as one of these, or paste its text.",
      );
    if (file.size > TEXT_MB_MOST * BYTES_OF_MB) throw tooLarge(TEXT_MB_MOST);
    return this.#give(asText(await file.arrayBuffer()));
  }

  async #openPdf(file) {
    if (file.size > FILE_MB_MOST * BYTES_OF_MB) throw tooLarge(FILE_MB_MOST);
    this.#progress(null, "Opening the file");
    this.#pdf = await Pdf.open(file);
    say(this.#form, "file-facts", `${megabytes(file.size)} · ${counted(this.#pdf.pages, "page")}`);
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
      throw new FileError("pages", `Choose pages from 1 to ${pages}, the first before the last.`);
    const count = to - from + 1;
    const onPage = (page) =>
      this.#progress(
        (page - from) / count,
        `Page ${integer(page - from + 1)} of ${integer(count)}`,
      );
    this.#give(await this.#pdf.text({ from, to, onPage, signal: this.#reading.signal }));
  }

  #give(text) {
    if (!text.trim())
      throw new FileError(
        "no_text",
        "There is no text in this file. Open another, or paste what you want to learn.",
      );
    this.#onText(text.slice(0, this.#notesMost), this.#name);
    announce(`Read: ${integer(Math.min(text.length, this.#notesMost))} characters.`);
    if (text.length > this.#notesMost)
      throw new FileError(
        "too_long",
        `Only the first ${integer(this.#notesMost)} characters were taken. Choose fewer pages for the rest.`,
      );
  }

  async #attempt(work) {
    this.#reading.abort();
    const { signal } = (this.#reading = new AbortController());
    this.#fault("");
    try {
      await work();
    } catch (error) {
      if (!signal.aborted)
        this.#fault(
          error instanceof FileError
            ? error.message
            : "This file could not be read. Try once more, or paste its text.",
        );
    } finally {
      if (!signal.aborted || this.#reading.signal === signal)
        part(this.#form, "file-progress").hidden = true;
    }
  }

  #progress(fraction, words) {
    part(this.#form, "file-progress").hidden = false;
    if (fraction === null) slot(this.#form, "file-bar").removeAttribute("value");
    else slot(this.#form, "file-bar").value = fraction;
    say(this.#form, "file-words", words);
  }

  #fault(sentence) {
    slot(this.#form, "file-error").hidden = !sentence;
    slot(this.#form, "file-error").textContent = sentence;
  }
}

/** UTF-8 or UTF-16 by their marks, else what old editors wrote in the West. */
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
  bytes < BYTES_OF_MB ? `${Math.ceil(bytes / 1000)} KB` : size(bytes / BYTES_OF_MB);
const tooLarge = (most) =>
  new FileError(
    "too_large",
    `This file has more than ${most} MB. Split it, or paste the part that you want to learn.`,
  );
