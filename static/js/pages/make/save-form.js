import { api } from "../lib/api.js";
import { action, once, part, say, slot, toast } from "../lib/dom.js";
import { advice } from "../lib/error-messages.js";

const DECKS = "/api/flashcards/decks";

/**
 * What is kept of a batch: enough to show it again after a reload, and to go on with it. `others`
 * are generations beside its parts.
 * @typedef {{key: string, request: import("./request-form.js").CardRequest, cards:
 *   import("./batch.js").Draft[], parts?: import("./parts.js").Part[], others?: string[], dropped?:
 *   string[], state: "writing"|"done"|"stopped"|"failed", words: string, name?: string}}
 *   BatchRecord
 */

/** The form under a batch that makes a deck of it: what is shown is what is saved. */
export class Saving {
  #batch;
  #send;
  #form;

  /**
   * @param {import("./batch.js").Batch} batch
   * @param {(name: string) => void} send an event of the batch
   */
  constructor(batch, send) {
    this.#batch = batch;
    this.#send = send;
    this.#form = part(batch.element, "save");
    this.#label(batch.record);
    this.#form.addEventListener("input", () => this.#named());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      once(action(this.#form, "save"), () => this.#save());
    });
    action(this.#form, "discard").addEventListener("click", () => send("batch-gone"));
  }

  #label({ key, name, request }) {
    const field = this.#form.elements.name;
    field.id = `name-${key}`;
    field.value = name ?? request.topic;
    slot(this.#form, "name-label").htmlFor = field.id;
  }

  #named() {
    this.#batch.record.name = this.#form.elements.name.value;
    slot(this.#form, "name-error").hidden = true;
    this.#form.elements.name.removeAttribute("aria-invalid");
    this.#send("batch-changed");
  }

  async #save() {
    const name = this.#form.elements.name.value.trim();
    if (!name) return void this.#refuse("Give the deck a name.");
    try {
      this.#saved(await saveAsDeck(this.#batch.record, name));
    } catch (error) {
      this.#refuse(error.fields?.name?.[0] ?? advice(error).text);
    }
  }

  /** From here on the cards are the deck's, and are changed there. */
  #saved(deck) {
    const { element } = this.#batch;
    element.dataset.state = "saved";
    this.#form.hidden = true;
    for (const tools of element.querySelectorAll("[data-part=draft-tools]")) tools.remove();
    this.#link(deck);
    toast(`Saved as “${deck.name}”.`);
    this.#batch.notify({ text: "" });
    this.#send("batch-saved");
  }

  #link({ id, name }) {
    const { element } = this.#batch;
    const address = `${document.getElementById("batches").dataset.decks}/${id}`;
    const link = slot(element, "deck-link");
    Object.assign(link, { href: address, textContent: name });
    slot(element, "study-link").href = `${address}/study`;
    part(element, "saved").hidden = false;
    link.focus();
  }

  #refuse(sentence) {
    slot(this.#form, "name-error").hidden = false;
    slot(this.#form, "name-error").textContent = "";
    say(this.#form, "name-error", sentence);
    this.#form.elements.name.setAttribute("aria-invalid", "true");
    this.#form.elements.name.focus();
  }
}

/**
 * @param {BatchRecord} record
 * @param {string} name
 * @returns {Promise<{id: string, name: string}>} the deck
 * @throws {import("../../client/errors.js").ApiError}
 */
async function saveAsDeck({ cards, parts = [], others = [] }, name) {
  const generationIds = [...new Set([...parts.flatMap((one) => one.generationIds), ...others])];
  const body = {
    name,
    cards: cards.map((card) => ({ ...card, part: undefined, unsent: undefined })),
  };
  if (!generationIds.length) return api.post(DECKS, body);
  try {
    return await api.post(DECKS, { ...body, generationIds });
  } catch (error) {
    if (error.code === "not_finished") return endAndSave(generationIds, body);
    // the server keeps generations for a while, cards for good
    if (error.status === 404) return api.post(DECKS, body);
    throw error;
  }
}

/** The server has not heard yet that they were stopped. */
async function endAndSave(generationIds, body) {
  await Promise.allSettled(generationIds.map((id) => api.delete(`/api/webllm/generations/${id}`)));
  return api.post(DECKS, { ...body, generationIds });
}
