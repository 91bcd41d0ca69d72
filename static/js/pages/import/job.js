import { ApiError, UNREACHABLE } from "../../client/errors.js";
import { gettext, ngettext } from "../../client/i18n.js";
import { toApiError } from "../../client/rest.js";
import { api, csrfToken } from "../lib/api.js";
import { setText } from "../lib/dom.js";
import { integer, size } from "../lib/format.js";

const ADDRESS = "/api/flashcards/imports";
const POLL_MS = 500;
const MEGABYTE = 2 ** 20;

/** An import, from the upload to the saved cards. It shows the progress. */
export class ImportJob {
  #id = crypto.randomUUID();
  #abort = new AbortController();
  #isSent = false;

  /** @param {HTMLElement} section shows the progress */
  constructor(section) {
    this.section = section;
    this.bar = section.querySelector("progress");
  }

  /**
   * @param {File} file
   * @param {Record<string, string>} values additional form fields
   * @returns {Promise<import("./report.js").Report>}
   */
  async run(file, values) {
    this.#show(0, "");
    const timer = setInterval(() => this.#isSent && this.#poll(), POLL_MS);
    try {
      const options = {
        onSent: (sent, total) => this.#showSent(sent, total),
        signal: this.#abort.signal,
      };
      return await upload(ADDRESS, formOf(file, { ...values, importId: this.#id }), options);
    } finally {
      clearInterval(timer);
    }
  }

  /** Cancel the import. Nothing is saved, unless the server has already saved the cards. */
  cancel() {
    api.delete(`${ADDRESS}/${this.#id}`).catch(() => {}); // the import may have finished already
    this.#abort.abort();
  }

  #showSent(sent, total) {
    this.#isSent = sent >= total;
    if (this.#isSent) this.#show(null, gettext("Reading…"));
    else
      this.#show(
        sent / total,
        gettext("%(sent)s of %(total)s sent", { sent: megabytes(sent), total: megabytes(total) }),
      );
  }

  async #poll() {
    const progress = await api.get(`${ADDRESS}/${this.#id}`).catch(() => null);
    if (progress?.total) this.#show(progress.done / progress.total, phaseText(progress));
  }

  #show(fraction, text) {
    if (fraction === null) this.bar.removeAttribute("value");
    else this.bar.value = fraction;
    setText(this.section, "progress-text", text);
  }
}

function phaseText({ phase, done, total }) {
  const values = { done: integer(done) };
  return phase === "reading"
    ? ngettext(
        "Reading: %(done)s of %(count)s card",
        "Reading: %(done)s of %(count)s cards",
        total,
        values,
      )
    : ngettext(
        "Saving: %(done)s of %(count)s card",
        "Saving: %(done)s of %(count)s cards",
        total,
        values,
      );
}

/**
 * Request a preview of a file.
 * @param {File} file
 * @param {Record<string, string>} values
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} the content of the file as parsed by the server
 */
export function previewFile(file, values = {}, signal = undefined) {
  return upload(`${ADDRESS}/preview`, formOf(file, values), { signal });
}

function formOf(file, values) {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.set(name, value);
  form.set("file", file);
  return form;
}

function megabytes(bytes) {
  return bytes < MEGABYTE
    ? gettext("%(number)s KB", { number: integer(bytes / 1024) })
    : size(bytes / MEGABYTE);
}

/**
 * Send a form with a file and report the upload progress, which fetch cannot do.
 * @param {string} address
 * @param {FormData} form
 * @param {{onSent?: (sent: number, all: number) => void, signal?: AbortSignal}} [options] sizes in
 *   bytes
 * @returns {Promise<any>} the JSON of the response
 * @throws {ApiError} and, if the request was aborted, a DOMException named AbortError
 */
function upload(address, form, { onSent = () => {}, signal } = {}) {
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", ({ loaded, total }) => onSent(loaded, total));
  signal?.addEventListener("abort", () => request.abort(), { once: true });
  return new Promise((resolve, reject) => {
    request.addEventListener("load", () =>
      request.status < 300 ? resolve(request.response) : reject(responseError(request)),
    );
    request.addEventListener("error", () => reject(new ApiError(UNREACHABLE)));
    request.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
    request.send(form);
  });
}

/** @param {XMLHttpRequest} request */
function responseError(request) {
  return toApiError(request.status, request.response, request.getResponseHeader("Retry-After"));
}
