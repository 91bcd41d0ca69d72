import { ApiError, UNREACHABLE } from "./errors.js";
import { gettext } from "./i18n.js";

export { ApiError };

/**
 * Seconds before a request is aborted. This is longer than the server's longest poll (25 s) and its
 * slowest operation. A request that never ends would block the requests queued behind it.
 */
const TIMEOUT_SECONDS = 60;

/** A client for the server's REST API, which sends and receives JSON. */
export class Rest {
  #fetch;
  #token;
  #headers;
  #timeoutMs;

  /**
   * @param {object} [settings]
   * @param {string} [settings.baseUrl] the server's origin; if empty, the page's origin
   * @param {string|null|(() => string|Promise<string>)} [settings.token] an access token, or a
   *   function that returns a fresh one for each request; if null, the browser's session cookie is
   *   used
   * @param {() => Record<string, string>} [settings.headers] returns additional headers for each
   *   request
   * @param {typeof fetch} [settings.fetch]
   * @param {number} [settings.timeoutSeconds] seconds after which a request fails with the code
   *   "offline"
   */
  constructor({
    baseUrl = "",
    token = null,
    headers = () => ({}),
    fetch = globalThis.fetch.bind(globalThis),
    timeoutSeconds = TIMEOUT_SECONDS,
  } = {}) {
    this.baseUrl = baseUrl;
    this.#fetch = fetch;
    this.#token = token;
    this.#headers = headers;
    this.#timeoutMs = timeoutSeconds * 1000;
  }

  /** @param {string} path */
  get(path) {
    return this.call("GET", path);
  }

  /** @param {string} path @param {object} [body] */
  post(path, body) {
    return this.call("POST", path, body);
  }

  /** @param {string} path @param {object} body */
  patch(path, body) {
    return this.call("PATCH", path, body);
  }

  /** @param {string} path */
  delete(path) {
    return this.call("DELETE", path);
  }

  /**
   * Send a request.
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>} the JSON of the response, or null if it contains none
   * @throws {ApiError}
   */
  async call(method, path, body) {
    const token = typeof this.#token === "function" ? await this.#token() : this.#token;
    const headers = {
      Accept: "application/json",
      // eslint-disable-next-line mindflip/no-untranslated-text -- a header
      ...(token && { Authorization: `Bearer ${token}` }),
      ...this.#headers(),
    };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const { response, data } = await this.#fetchJson(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw toApiError(response.status, data, response.headers.get("Retry-After"));
    return data;
  }

  async #fetchJson(path, request) {
    try {
      const response = await this.#fetch(this.baseUrl + path, {
        ...request,
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      return { response, data: await response.json().catch(nullIfInvalidJson) };
    } catch {
      throw new ApiError(UNREACHABLE);
    }
  }
}

/**
 * Return null for a response without JSON, such as an empty one or an error page of a proxy.
 *
 * Rethrow all other errors, for example if the connection is lost before the end of the response.
 */
function nullIfInvalidJson(error) {
  if (error instanceof SyntaxError) return null;
  throw error;
}

/**
 * Convert an error response to an ApiError.
 * @param {number} status @param {any} problem the response's JSON, or null @param {string|null}
 *   [retryAfter] the Retry-After header
 * @returns {ApiError}
 */
export function toApiError(status, problem, retryAfter) {
  const message =
    problem?.error ??
    problem?.detail ??
    gettext("The server answered %(status)s. Try again in a moment.", { status });
  const code = problem?.code ?? (status === 401 ? "not_authenticated" : "internal");
  const fields = problem?.fields ?? problem?.errors ?? {};
  return new ApiError({
    status,
    code,
    message,
    fields,
    retryAfter: Number(retryAfter) || undefined,
  });
}
