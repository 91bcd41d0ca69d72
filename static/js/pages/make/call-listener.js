import { gettext } from "../../client/i18n.js";
import { connectionText, waitingText } from "../generate/prompt.js";
import { unsentText } from "./offline-cards.js";
import { writtenCount } from "./parts.js";

/** Shows the progress of one call on a batch, until `stop` is called. */
export class CallListener {
  /**
   * The error of this page's engine, if it failed during this call. The call is then cancelled, so
   * that the user sees the error immediately and the generation is not retried.
   * @type {any}
   */
  engineError = null;
  #batch;
  #call;
  #client;
  #panel;
  #abort = new AbortController();

  /**
   * @param {{client: import("../../client/index.js").WebLLMClient, panel:
   *   import("../engine/panel.js").EnginePanel}} from
   * @param {import("../../client/call.js").Call} call
   * @param {import("./batch.js").Batch} batch
   * @param {(card: {front: string, back: string}) => void} [onDraft] receives cards that the engine
   *   of this page wrote and that the server does not have yet
   */
  constructor({ client, panel }, call, batch, onDraft = () => {}) {
    this.#client = client;
    this.#panel = panel;
    this.#call = call;
    this.#batch = batch;
    this.#on("draft", ({ card }) => onDraft(card));
    this.#on("progress", ({ message }) => this.#showBeforeCards(message));
    this.#on("waiting", (detail) => this.#handleWaiting(detail));
    this.#on("connection", (detail) => this.#handleConnection(detail));
    this.#on(
      "tokens",
      (detail) => detail.generationId === call.generationId && batch.updateMeter(detail),
    );
    this.#on("enginefailed", (detail) => this.#handleEngineFailure(detail));
  }

  /** Remove all listeners. */
  stop() {
    this.#abort.abort();
  }

  #on(name, step) {
    const listener = ({ detail }) => (!detail.call || detail.call === this.#call) && step(detail);
    this.#client.addEventListener(name, listener, { signal: this.#abort.signal });
  }

  /** Show a status text until there are cards. From then on the card count shows the progress. */
  #showBeforeCards(text) {
    if (!writtenCount(this.#batch.record)) this.#batch.show("writing", text);
  }

  #handleWaiting(detail) {
    this.#showBeforeCards(waitingText(detail));
    if (this.#client.engine) return;
    if (detail.status !== "queued") return void this.#batch.notify({ text: "" });
    // While the model is reloading, this device is the one that will continue.
    this.#batch.notify(
      this.#panel.isHandedOver ? HANDED_OVER : { text: this.#panel.otherEngineText || NO_ENGINE },
    );
  }

  #handleConnection(detail) {
    const waiting = detail.state === "down" && unsentText(this.#batch.record);
    this.#batch.notify({ text: waiting || connectionText(detail), tone: "warning" });
  }

  #handleEngineFailure({ generationId, error }) {
    if (generationId !== this.#call.generationId || this.#call.isRemote) return;
    if (this.#panel.isHandedOver) return void this.#batch.notify(HANDED_OVER);
    this.engineError = error;
    this.#call.cancel();
  }
}

const NO_ENGINE = gettext(
  "No model runs on this device. Open this page on another one of yours and load a model there: it writes for this one, too.",
);
const HANDED_OVER = {
  text: gettext(
    "The model stopped here. It goes on by itself: with the model loaded again, or in another tab.",
  ),
  tone: "warning",
};
