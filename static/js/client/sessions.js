/**
 * @typedef {{sessionId: string, wsUrl: string, modelId: string, status: string}} Session
 * @typedef {{read(modelId: string): Session|null, write(modelId: string, session: Session): void,
 *   forget(modelId: string): void}} SessionStore
 */

const ENDED = new Set(["closed", "expired"]);

/**
 * The default session store, which keeps sessions in memory.
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

/** The sessions of a client: one per model, which is reused until it ends. */
export class Sessions {
  #rest;
  #store;

  /** @param {import("./rest.js").Rest} rest @param {SessionStore} [store] */
  constructor(rest, store = new MemoryStore()) {
    this.#rest = rest;
    this.#store = store;
  }

  /**
   * Return the stored session if it has not ended, otherwise a new one.
   * @param {string} modelId @returns {Promise<Session>} @throws {import("./rest.js").ApiError}
   */
  async open(modelId) {
    const stored = this.#store.read(modelId);
    const session =
      (stored && (await this.#refreshed(stored))) ||
      (await this.#rest.post("/api/webllm/session", { modelId }));
    this.#store.write(modelId, session);
    return session;
  }

  /**
   * Return the stored session with a new ticket, or a new session if it has ended.
   *
   * Call this after the server has refused the session's socket.
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

  /** Forget the session, so that the next `open` creates a new one. @param {string} modelId */
  forget(modelId) {
    this.#store.forget(modelId);
  }

  /**
   * Forget the session, and end it on the server.
   * @param {string} modelId @param {string} sessionId
   */
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
      if (error.status === 404 || error.status === 409) return null; // not found, or ended
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
