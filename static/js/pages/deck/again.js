import { api } from "../api.js";
import { action, part, slot } from "../dom.js";
import { refresh, results } from "../live.js";
import { renderInto } from "../text.js";
import { toast } from "../toast.js";
import { offerUndo } from "../undo.js";
import { advice } from "../words.js";
import { askAgain } from "./again-asking.js";
import { cardAddress } from "./address.js";

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("again-dialog"));

/**
 * Have another card written and show it beside the one that is there: nothing is replaced without being seen.
 * @param {HTMLElement} element of a card, in either view
 */
export async function writeAgain(element) {
  const card = await api.get(cardAddress(element)).catch((error) => toast(advice(error).text) && null);
  if (card && !dialog.open) new Proposal(card, cardAddress(element)).open();
}

/** One card in the dialog, with what was proposed for it so far. */
class Proposal {
  #card;
  #address;
  #stopping = new AbortController();
  /** @type {import("../../client/call.js").Card[]} */
  #proposed = [];

  constructor(card, address) {
    this.#card = card;
    this.#address = address;
  }

  open() {
    showSides(part(dialog, "now"), this.#card);
    for (const name of ["leave", "another", "take"]) action(dialog, name).onclick = () => this[name]();
    dialog.onclose = () => this.#stopping.abort();
    dialog.showModal();
    this.another();
  }

  /** Ask, or ask once more. */
  async another() {
    const stopping = (this.#stopping = new AbortController());
    showWaiting("Asking for a card");
    action(dialog, "leave").focus(); // the one button that never goes, and the one that changes nothing
    try {
      const card = await askAgain(this.#card.id, this.#proposed, showWaiting, stopping);
      if (!stopping.signal.aborted) this.#propose(card);
    } catch (error) {
      if (!stopping.signal.aborted) showFailure(error);
    }
  }

  leave() {
    dialog.close();
  }

  async take() {
    const { front, back, kind = "basic" } = this.#proposed.at(-1);
    action(dialog, "take").disabled = true;
    try {
      await api.patch(this.#address, { front, back, kind });
      dialog.close();
      await this.#taken();
    } catch (error) {
      showFailure(error, true);
    }
  }

  #propose(card) {
    this.#proposed.push(card);
    showSides(part(dialog, "instead"), card);
    show("proposed", `Instead: ${card.front} Answer: ${card.back}`);
  }

  async #taken() {
    const { front, back, kind, sentence, found } = this.#card;
    await this.#showAgain();
    const before = { text: "Card replaced.", method: /** @type {const} */ ("patch"), path: this.#address, body: { front, back, kind, sentence, found } };
    offerUndo(before, () => this.#showAgain());
  }

  /** The results as they are now, with the focus where it was. */
  async #showAgain() {
    await refresh();
    action(results().querySelector(`[data-card="${this.#card.id}"]`) ?? results(), "again")?.focus();
  }
}

/** @param {"writing"|"proposed"|"failed"} state @param {string} words */
function show(state, words) {
  dialog.dataset.state = state;
  slot(dialog, "status").textContent = words;
  part(dialog, "instead").hidden = state !== "proposed";
  part(dialog, "failure").hidden = state !== "failed";
  part(dialog, "elsewhere").hidden = true;
  action(dialog, "take").hidden = state !== "proposed";
  action(dialog, "take").disabled = false;
  action(dialog, "another").hidden = state === "writing";
  action(dialog, "leave").textContent = state === "writing" ? "Cancel" : "Keep the old one";
}

/** With nobody before it, what waits in the queue waits for an engine that is not there. */
function showWaiting(words, { status, place } = { status: "", place: 0 }) {
  show("writing", words);
  part(dialog, "elsewhere").hidden = status !== "queued" || place > 0;
}

/** @param {any} error @param {boolean} [isProposed] the proposal is still there to be taken */
function showFailure(error, isProposed = false) {
  const { text, action: next } = advice(error);
  show(isProposed ? "proposed" : "failed", "");
  part(dialog, "failure").hidden = false;
  slot(dialog, "failure").textContent = Object.values(error.fields ?? {})[0]?.[0] ?? text;
  part(dialog, "remedy").hidden = next !== "load" && next !== "choose";
}

function showSides(root, { front, back, kind }) {
  renderInto(slot(root, "front"), front, { cloze: kind === "cloze" ? "question" : undefined });
  renderInto(slot(root, "back"), back);
}
