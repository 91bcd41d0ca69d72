import { connectionWords, waitingWords } from "../generate/prompt.js";
import { unsentWords } from "./offline-cards.js";

/** Shows on a batch what happens to one call of the client, until its `end`. */
export class Listening {
  /**
   * Of an engine of this page that failed at the call: the call is cancelled then, so that it is
   * said at once and not tried again.
   * @type {any}
   */
  engineError = null;
  #batch;
  #call;
  #client;
  #panel;
  #ending = new AbortController();

  /**
   * @param {{client: import("../../client/index.js").WebLLMClient, panel:
   *   import("../engine/panel.js").EnginePanel}} from
   * @param {import("../../client/call.js").Call} call
   * @param {import("./batch.js").Batch} batch
   * @param {(card: {front: string, back: string}) => void} [onDraft] takes a card that the engine
   *   of this page wrote and the server does not have yet
   */
  constructor({ client, panel }, call, batch, onDraft = () => {}) {
    this.#client = client;
    this.#panel = panel;
    this.#call = call;
    this.#batch = batch;
    this.#on("draft", ({ card }) => onDraft(card));
    this.#on("progress", ({ message }) => this.#sayBeforeCards(message));
    this.#on("waiting", (detail) => this.#waiting(detail));
    this.#on("connection", (detail) => this.#connection(detail));
    this.#on(
      "tokens",
      (detail) => detail.generationId === call.generationId && batch.meter(detail),
    );
    this.#on("enginefailed", (detail) => this.#engineFailed(detail));
  }

  /** Hear no more. */
  end() {
    this.#ending.abort();
  }

  #on(name, step) {
    const heard = ({ detail }) => (!detail.call || detail.call === this.#call) && step(detail);
    this.#client.addEventListener(name, heard, { signal: this.#ending.signal });
  }

  /** Once there are cards, they say how far it is. */
  #sayBeforeCards(words) {
    if (!this.#batch.record.cards.length) this.#batch.show("writing", words);
  }

  #waiting(detail) {
    this.#sayBeforeCards(waitingWords(detail));
    if (this.#client.engine) return;
    if (detail.status !== "queued") return void this.#batch.notify({ text: "" });
    // while the model is loaded again, this device is the one that will continue
    this.#batch.notify(
      this.#panel.isHandedOn ? HANDED_ON : { text: this.#panel.elsewhereWords || ELSEWHERE },
    );
  }

  #connection(detail) {
    const waiting = detail.state === "down" && unsentWords(this.#batch.record);
    this.#batch.notify({ text: waiting || connectionWords(detail), tone: "warning" });
  }

  #engineFailed({ generationId, error }) {
    if (generationId !== this.#call.generationId || this.#call.isForeign) return;
    if (this.#panel.isHandedOn) return void this.#batch.notify(HANDED_ON);
    this.engineError = error;
    this.#call.cancel();
  }
}

const ELSEWHERE =
  "No model runs on this device. Open this page on another one of yours and load a model there: it writes for this one, too.";
const HANDED_ON = {
  text: "The model stopped here. It goes on by itself: with the model loaded again, or in another tab.",
  tone: "warning",
};
