import { ApiError, UNREACHABLE } from "../../client/errors.js";
import { refusal } from "../../client/rest.js";
import { csrfToken } from "../api.js";

/**
 * Send a form with a file, and tell how much of it is sent: the one thing that fetch cannot.
 * @param {string} address
 * @param {FormData} form
 * @param {{onSent?: (sent: number, all: number) => void, signal?: AbortSignal}} [options] in bytes
 * @returns {Promise<any>} the answer's JSON
 * @throws {ApiError} and, when it was aborted, a DOMException named AbortError
 */
export function upload(address, form, { onSent = () => {}, signal } = {}) {
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", ({ loaded, total }) => onSent(loaded, total));
  signal?.addEventListener("abort", () => request.abort(), { once: true });
  return new Promise((resolve, reject) => {
    request.addEventListener("load", () => (request.status < 300 ? resolve(request.response) : reject(refused(request))));
    request.addEventListener("error", () => reject(new ApiError(UNREACHABLE)));
    request.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
    request.send(form);
  });
}

/** @param {XMLHttpRequest} request */
function refused(request) {
  return refusal(request.status, request.response, request.getResponseHeader("Retry-After"));
}
