import { gettext } from "../../client/i18n.js";
import { api } from "../lib/api.js";
import { action, part, setText, slot, toast, withBusyButton } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { generationIdsOf } from "./draft-record.js";
import { fatesOf } from "./fates.js";

const DECKS = "/api/flashcards/decks";

/**
 * The stored data of a batch, which is used to show and continue the batch after a reload. `others`
 * are the IDs of generations that do not belong to a part. `instant` are the instant cards that are
 * neither kept nor discarded. `draft` is the copy on the server: `version` is 0 until it has one,
 * and `isUnsent` is true if it does not have the last changes. `isCheckStopped` is true if the user
 * stopped the check of the answers.
 * @typedef {{key: string, request: import("./request-form.js").CardRequest, cards:
 *   import("./batch.js").Draft[], instant?: import("./batch.js").Draft[], parts?:
 *   import("./parts.js").Part[], others?: string[], dropped?: string[], fates?:
 *   import("./fates.js").Fates, state: "writing"|"done"|"stopped"|"failed", words: string, name?:
 *   string, usage?:
 *   import("./meter.js").TotalUsage, draft?: {id: string, version: number, isUnsent?: boolean},
 *   isRemote?: boolean, isCheckStopped?: boolean}} BatchRecord
 */

/** The form below a batch that saves the visible cards as a deck. */
export class SaveForm {
  #batch;
  #send;
  #form;

  /**
   * @param {import("./batch.js").Batch} batch
   * @param {(name: string) => void} send dispatches an event of the batch
   */
  constructor(batch, send) {
    this.#batch = batch;
    this.#send = send;
    this.#form = part(batch.element, "save");
    this.#fillName(batch.record);
    this.#form.addEventListener("input", () => this.#handleNameChange());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      withBusyButton(action(this.#form, "save"), () => this.#save());
    });
    action(this.#form, "discard").addEventListener("click", () => send("batch-gone"));
  }

  #fillName({ key, name, request }) {
    const field = this.#form.elements.name;
    field.id = `name-${key}`;
    field.value = name ?? request.topic;
    slot(this.#form, "name-label").htmlFor = field.id;
  }

  #handleNameChange() {
    this.#batch.record.name = this.#form.elements.name.value;
    slot(this.#form, "name-error").hidden = true;
    this.#form.elements.name.removeAttribute("aria-invalid");
    this.#send("batch-changed");
  }

  async #save() {
    const name = this.#form.elements.name.value.trim();
    if (!name) return void this.#showError(gettext("Give the deck a name."));
    try {
      this.#showSaved(await saveAsDeck(this.#batch.record, name));
    } catch (error) {
      this.#showError(error.fields?.name?.[0] ?? describeError(error).text);
    }
  }

  /** Show the batch as saved. From now on the cards are edited in the deck. */
  #showSaved(deck) {
    const { element } = this.#batch;
    element.dataset.state = "saved";
    this.#form.hidden = true;
    for (const tools of element.querySelectorAll("[data-part=card-actions]")) tools.remove();
    this.#showLinks(deck);
    toast(gettext("Saved as “%(name)s”.", { name: deck.name }));
    this.#batch.notify({ text: "" });
    this.#send("batch-saved");
  }

  #showLinks({ id, name }) {
    const { element } = this.#batch;
    const address = `${document.getElementById("batches").dataset.decks}/${id}`;
    const link = slot(element, "deck-link");
    Object.assign(link, { href: address, textContent: name });
    slot(element, "study-link").href = `${address}/study`;
    part(element, "saved").hidden = false;
    link.focus();
  }

  #showError(message) {
    slot(this.#form, "name-error").hidden = false;
    slot(this.#form, "name-error").textContent = "";
    setText(this.#form, "name-error", message);
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
async function saveAsDeck(record, name) {
  const { cards, draft, request } = record;
  const generationIds = generationIdsOf(record);
  const body = {
    name,
    draftId: draft?.id,
    cards: cards.map((card) => ({
      ...card,
      part: undefined,
      unsent: undefined,
      isKept: undefined,
      check: undefined,
      isEdited: undefined,
    })),
    fates: fatesOf(record),
  };
  if (cards.every(({ byRule: isByRule }) => isByRule))
    return api.post(DECKS, { ...body, source: request.source });
  if (!generationIds.length) return api.post(DECKS, body);
  try {
    return await api.post(DECKS, { ...body, generationIds });
  } catch (error) {
    if (error.code === "not_finished") return stopAndSave(generationIds, body);
    // The server deletes old generations, but the cards can be saved without them.
    if (error.status === 404) return api.post(DECKS, body);
    throw error;
  }
}

/** Save the deck after stopping its generations, because the server may still be running them. */
async function stopAndSave(generationIds, body) {
  await Promise.allSettled(generationIds.map((id) => api.delete(`/api/webllm/generations/${id}`)));
  return api.post(DECKS, { ...body, generationIds });
}
