import { api } from "../api.js";
import { advice } from "../words.js";
import { toast } from "../toast.js";
import { say, slot } from "../dom.js";

/**
 * What is kept of a batch: enough to show it again after a reload.
 * @typedef {{key: string, request: import("./request-form.js").CardRequest, cards: {front: string, back: string}[],
 *   state: "writing"|"done"|"stopped"|"failed", words: string, generationId?: string, name?: string}} BatchRecord
 */

/**
 * Save a batch as a deck: by its generation, so that the deck knows where it comes from, else by its cards alone.
 * @param {BatchRecord} record
 * @param {HTMLFormElement} form with the field `name` and a place for its error
 * @returns {Promise<{id: string, name: string}|null>} null when the form shows why not
 */
export async function saveAsDeck({ generationId, cards }, form) {
  const name = form.elements.name.value.trim();
  if (!name) return refuse(form, "Give the deck a name.");
  try {
    const deck = await api.post("/api/flashcards/decks", generationId ? { generationId, name } : { name, cards: cards.map(({ front, back }) => ({ front, back })) });
    toast(`Saved as “${deck.name}”.`);
    return deck;
  } catch (error) {
    return refuse(form, error.fields?.name?.[0] ?? advice(error).text);
  }
}

function refuse(form, sentence) {
  const line = slot(form, "name-error");
  line.hidden = false;
  line.textContent = "";
  say(form, "name-error", sentence);
  form.elements.name.setAttribute("aria-invalid", "true");
  form.elements.name.focus();
  return null;
}
