import { ApiError, UNREACHABLE } from "./errors.js";

export { ApiError };

/**
 * Longer than the server's longest poll (25 s) and its slowest work; a request that never ends
 * would hold whoever waits in line.
 */
const TIMEOUT_SECONDS = 60;

/** The server's REST calls: JSON in, JSON out, refusals as ApiError. */
export class Rest {
  #fetch;
  #token;
  #headers;
  #timeoutMs;

  /**
   * @param {object} [settings]
   * @param {string} [settings.baseUrl] origin of the server; empty: this page's own
   * @param {string|null|(() => string|Promise<string>)} [settings.token] an access token, or who
   *   gives a fresh one at each call;
   *   null: the browser's cookies speak for the user
   * @param {() => Record<string, string>} [settings.headers] further headers, asked for at each
   *   call
   * @param {typeof fetch} [settings.fetch]
   * @param {number} [settings.timeoutSeconds] after which a call fails as one that the server does
   *   not answer
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
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>} the JSON of the answer, or null for an empty one
   * @throws {ApiError}
   */
  async call(method, path, body) {
    const token = typeof this.#token === "function" ? await this.#token() : this.#token;
    const headers = {
      Accept: "application/json",
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

/** An empty answer, or a page that a proxy wrote; but half an answer is none. */
function nullIfInvalidJson(error) {
  if (error instanceof SyntaxError) return null;
  throw error;
}

/**
 * An answer that is a refusal, however it was asked for.
 * @param {number} status @param {any} problem the answer's JSON, or null @param {string|null}
 *   [retryAfter] the header of this name
 * @returns {ApiError}
 */
export function toApiError(status, problem, retryAfter) {
  const message =
    problem?.error ?? problem?.detail ?? `The server answered ${status}. Try again in a moment.`;
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
