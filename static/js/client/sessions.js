/**
 * @typedef {{sessionId: string, wsUrl: string, modelId: string, status: string}} Session
 * @typedef {{read(modelId: string): Session|null, write(modelId: string, session: Session): void,
 *   forget(modelId: string): void}} SessionStore
 */

const ENDED = new Set(["closed", "expired"]);

/**
 * Where sessions are remembered unless something better is given: in memory.
 * @implements {SessionStore}
 */
export class MemoryStore {
  #sessions = new Map();

  read(modelId) {
    return this.#sessions.get(modelId) ?? null;
  }

  write(modelId, session) {
    this.#sessions.set(modelId, session);
  }

  forget(modelId) {
    this.#sessions.delete(modelId);
  }
}

/** One session a model, opened once and used again for as long as it lives. */
export class Sessions {
  #rest;
  #store;

  /** @param {import("./rest.js").Rest} rest @param {SessionStore} [store] */
  constructor(rest, store = new MemoryStore()) {
    this.#rest = rest;
    this.#store = store;
  }

  /** @param {string} modelId @returns {Promise<Session>} @throws {import("./rest.js").ApiError} */
  async open(modelId) {
    const stored = this.#store.read(modelId);
    const session =
      (stored && (await this.#refreshed(stored))) ||
      (await this.#rest.post("/api/webllm/session", { modelId }));
    this.#store.write(modelId, session);
    return session;
  }

  /**
   * The session after its socket was refused: with a fresh ticket, or a new session in place of one
   * that has ended.
   * @param {string} modelId @returns {Promise<Session>} @throws {import("./rest.js").ApiError}
   */
  async renew(modelId) {
    const stored = this.#store.read(modelId);
    const session =
      (stored && (await this.#withNewTicket(stored))) ||
      (await this.#rest.post("/api/webllm/session", { modelId }));
    this.#store.write(modelId, session);
    return session;
  }

  /** Forget the session, so that the next open makes a new one. @param {string} modelId */
  forget(modelId) {
    this.#store.forget(modelId);
  }

  /** End the session on the server as well. @param {string} modelId @param {string} sessionId */
  async close(modelId, sessionId) {
    this.forget(modelId);
    await this.#rest.delete(`/api/webllm/session/${sessionId}`);
  }

  async #withNewTicket(stored) {
    try {
      return {
        ...stored,
        ...(await this.#rest.post(`/api/webllm/session/${stored.sessionId}/ticket`)),
      };
    } catch (error) {
      if (error.status === 404 || error.status === 409) return null; // gone, or ended
      throw error;
    }
  }

  async #refreshed(stored) {
    try {
      const session = await this.#rest.get(`/api/webllm/session/${stored.sessionId}`);
      return ENDED.has(session.status)
        ? null
        : { ...session, wsUrl: session.wsUrl ?? stored.wsUrl };
    } catch (error) {
      if (error.status === 404) return null;
      throw error;
    }
  }
}
