import { writeCards } from "./writing.js";

/** How seldom the server must hear of an engine at work; its lease lasts much longer. */
const SIGN_OF_LIFE_SECONDS = 10;

/** One generation in the hands of the engine: cards go out as they are finished, with a sign of life when none was for a while. */
export class Turn {
  #send;
  #tell;
  #draft;
  #abort = new AbortController();
  #unsent = [];
  #written = [];
  #index;
  #heard = 0;
  isCancelled = false;

  /**
   * @param {object} settings
   * @param {any} settings.request  the server's `generate`
   * @param {(message: object) => boolean} settings.send
   * @param {(name: string, detail: any) => void} settings.tell
   * @param {(written: {generationId: string, index: number, card: object}) => void} settings.draft  the server may not have heard of this one
   */
  constructor({ request, send, tell, draft }) {
    this.request = request; // may be another later: the same generation under a new lease
    this.#send = send;
    this.#tell = tell;
    this.#draft = draft;
    this.#index = request.cardsSoFar?.length ?? 0;
  }

  /** @param {import("./engines.js").Engine} engine @returns {Promise<object>} the message that answers */
  async write(engine) {
    const { cards, usage } = await writeCards({
      engine,
      request: this.request,
      signal: this.#abort.signal,
      onCard: (card) => this.#card(card),
      onTokens: (spent) => this.#tokens(spent),
    });
    for (const card of cards.slice(this.#written.length)) this.#note(card); // some show only at the end
    const { cacheKey, generationId, lease } = this.request;
    return { type: "response", cacheKey, generationId, lease, data: { cards }, ...(usage && { usage }) };
  }

  /** Nobody wants the rest. */
  cancel() {
    this.isCancelled = true;
    this.#abort.abort();
  }

  /** The server cannot be reached: it may have heard of nothing that it did not confirm. */
  down() {
    const { generationId } = this.request;
    for (const written of this.#written) this.#draft({ generationId, ...written });
  }

  /** The socket is another one: claim the lease for it, and tell what was finished meanwhile. */
  rejoin() {
    this.#signOfLife(0);
    for (const card of this.#unsent.splice(0)) this.#sendCard(card);
  }

  #card(card) {
    this.#sendCard(this.#note(card));
  }

  #note(card) {
    const written = { index: this.#index++, card };
    this.#written.push(written);
    return written;
  }

  #sendCard(written) {
    const { generationId, lease } = this.request;
    if (this.#send({ type: "card", generationId, lease, ...written })) return;
    this.#unsent.push(written);
    this.#draft({ generationId, ...written });
  }

  #tokens({ tokens, seconds }) {
    this.#tell("tokens", { generationId: this.request.generationId, tokens, seconds });
    if (seconds - this.#heard < SIGN_OF_LIFE_SECONDS) return;
    this.#heard = seconds;
    this.#signOfLife(tokens);
  }

  #signOfLife(tokens) {
    const { generationId, lease, options } = this.request;
    const progress = Math.min(99, Math.round((100 * this.#index) / (this.#index + options.count)));
    this.#send({ type: "progress", progress, generationId, lease, tokens });
  }
}
