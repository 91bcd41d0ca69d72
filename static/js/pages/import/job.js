import { ApiError, UNREACHABLE } from "../../client/errors.js";
import { refusal } from "../../client/rest.js";
import { api, csrfToken } from "../lib/api.js";
import { say } from "../lib/dom.js";
import { integer, size } from "../lib/format.js";

const ADDRESS = "/api/flashcards/imports";
const LOOK_MS = 500;
const MEGABYTE = 2 ** 20;
const PHASES = { reading: "Reading", saving: "Saving" };

/** One import on its way: sent, read, saved; watched meanwhile, and stopped on request. */
export class Work {
  #id = crypto.randomUUID();
  #stopping = new AbortController();
  #isSent = false;

  /** @param {HTMLElement} section shows how far it is */
  constructor(section) {
    this.section = section;
    this.bar = section.querySelector("progress");
  }

  /**
   * @param {File} file @param {Record<string, string>} values further members of the form
   * @returns {Promise<import("./report.js").Report>}
   */
  async run(file, values) {
    this.#show(0, "");
    const watching = setInterval(() => this.#isSent && this.#watch(), LOOK_MS);
    try {
      const options = {
        onSent: (sent, all) => this.#sent(sent, all),
        signal: this.#stopping.signal,
      };
      return await upload(ADDRESS, formOf(file, { ...values, importId: this.#id }), options);
    } finally {
      clearInterval(watching);
    }
  }

  /** Nothing is saved then. */
  cancel() {
    api.delete(`${ADDRESS}/${this.#id}`).catch(() => {}); // the server may be past it already
    this.#stopping.abort();
  }

  #sent(sent, all) {
    this.#isSent = sent >= all;
    if (this.#isSent) this.#show(null, "Reading…");
    else this.#show(sent / all, `${megabytes(sent)} of ${megabytes(all)} sent`);
  }

  async #watch() {
    const seen = await api.get(`${ADDRESS}/${this.#id}`).catch(() => null);
    if (seen?.total)
      this.#show(
        seen.done / seen.total,
        `${PHASES[seen.phase]}: ${integer(seen.done)} of ${integer(seen.total)} cards`,
      );
  }

  #show(fraction, words) {
    if (fraction === null) this.bar.removeAttribute("value");
    else this.bar.value = fraction;
    say(this.section, "work", words);
  }
}

/**
 * @param {File} file
 * @param {Record<string, string>} values
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} what the file is
 */
export function look(file, values = {}, signal = undefined) {
  return upload(`${ADDRESS}/preview`, formOf(file, values), { signal });
}

function formOf(file, values) {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.set(name, value);
  form.set("file", file);
  return form;
}

function megabytes(bytes) {
  return bytes < MEGABYTE ? `${integer(bytes / 1024)} KB` : size(bytes / MEGABYTE);
}

/**
 * Send a form with a file, and tell how much of it is sent: the one thing that fetch cannot.
 * @param {string} address
 * @param {FormData} form
 * @param {{onSent?: (sent: number, all: number) => void, signal?: AbortSignal}} [options] in bytes
 * @returns {Promise<any>} the answer's JSON
 * @throws {ApiError} and, when it was aborted, a DOMException named AbortError
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
      request.status < 300 ? resolve(request.response) : reject(refused(request)),
    );
    request.addEventListener("error", () => reject(new ApiError(UNREACHABLE)));
    request.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
    request.send(form);
  });
}

/** @param {XMLHttpRequest} request */
function refused(request) {
  return refusal(request.status, request.response, request.getResponseHeader("Retry-After"));
}
