import { ApiError, UNREACHABLE } from "./errors.js";

export { ApiError };

/** The server's REST calls: JSON in, JSON out, refusals as ApiError. */
export class Rest {
  #fetch;
  #token;
  #headers;

  /**
   * @param {object} [settings]
   * @param {string} [settings.baseUrl] origin of the server; empty: this page's own
   * @param {string|null|(() => string|Promise<string>)} [settings.token] an access token, or who gives a fresh one at each call;
   *   null: the browser's cookies speak for the user
   * @param {() => Record<string, string>} [settings.headers] further headers, asked for at each call
   * @param {typeof fetch} [settings.fetch]
   */
  constructor({ baseUrl = "", token = null, headers = () => ({}), fetch = globalThis.fetch.bind(globalThis) } = {}) {
    this.baseUrl = baseUrl;
    this.#fetch = fetch;
    this.#token = token;
    this.#headers = headers;
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
    const headers = { Accept: "application/json", ...(token && { Authorization: `Bearer ${token}` }), ...this.#headers() };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const response = await this.#answer(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw refusal(response, answer);
    return answer;
  }

  async #answer(path, request) {
    try {
      return await this.#fetch(this.baseUrl + path, request);
    } catch {
      throw new ApiError(UNREACHABLE);
    }
  }
}

/** @param {Response} response @param {any} problem */
function refusal(response, problem) {
  const message = problem?.error ?? problem?.detail ?? `The server answered ${response.status}. Try again in a moment.`;
  const code = problem?.code ?? (response.status === 401 ? "not_authenticated" : "internal");
  const fields = problem?.fields ?? problem?.errors ?? {};
  return new ApiError({ status: response.status, code, message, fields, retryAfter: Number(response.headers.get("Retry-After")) || undefined });
}
