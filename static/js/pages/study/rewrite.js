import { gettext, ngettext } from "../../client/i18n.js";
import { includesCard } from "../generate/prompt.js";
import { getClient, waitForResult } from "../generate/remote.js";
import { api } from "../lib/api.js";
import { kindOf } from "../lib/card-kinds.js";
import { action, part, slot, toast, withBusyButton } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { fieldErrorsOf, showFieldErrors } from "../lib/forms.js";
import { offerUndo } from "../lib/undo.js";
import { renderInto } from "../text.js";
import { newCardsOf, rewriteRequest } from "./rewrite-request.js";

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("rewrite-dialog"));
const form = dialog.querySelector("form");
const fieldsets = [...form.querySelectorAll("fieldset")];

/**
 * Open the dialog that adds one or two cards next to a card that the user keeps forgetting.
 * @param {any} card of the study queue
 * @param {(isDeleted: boolean) => void} onSaved receives whether the old card was deleted
 */
export function openRewrite(card, onSaved) {
  if (dialog.open) return;
  if (unfinished?.cardId === card.id) unfinished.reopen();
  else new Rewrite(card, onSaved).open();
}

/** The last dialog that was closed before its cards were saved. @type {Rewrite|null} */
let unfinished = null;

/** A card in the dialog, with the cards that were suggested so far. */
class Rewrite {
  #card;
  #onSaved;
  #abort = new AbortController();
  /** @type {{front: string, back: string}[]} */
  #suggested = [];
  #isSaved = false;
  /** The texts when the dialog was closed, and whether their cards were saved. */
  #places = [];

  constructor(card, onSaved) {
    this.#card = card;
    this.#onSaved = onSaved;
  }

  open() {
    form.reset();
    for (const fieldset of fieldsets) fieldset.disabled = false;
    this.#show();
  }

  get cardId() {
    return this.#card.id;
  }

  /** Show the dialog again, with its texts. */
  reopen() {
    form.reset();
    fieldsets.forEach((fieldset, index) => {
      const { isSaved, ...sides } = this.#places[index];
      write(fieldset, sides);
      fieldset.disabled = isSaved;
    });
    this.#show();
  }

  #show() {
    const { hasGaps } = kindOf(this.#card.kind);
    renderInto(slot(dialog, "front"), this.#card.front, { cloze: hasGaps ? "answer" : undefined });
    renderInto(slot(dialog, "back"), this.#card.back);
    showFieldErrors(form, {});
    showStatus("");
    showFailure(null);
    action(dialog, "suggest").onclick = () => this.#suggest();
    action(dialog, "close").onclick = () => dialog.close();
    form.onsubmit = (event) => {
      event.preventDefault();
      withBusyButton(action(dialog, "confirm"), () => this.#save());
    };
    dialog.onclose = () => this.#handleClose();
    addEventListener("pagehide", this.#stop);
    dialog.showModal();
  }

  /** Stop the request, so that no engine works on it. */
  #stop = () => this.#abort.abort();

  #handleClose() {
    this.#stop();
    removeEventListener("pagehide", this.#stop);
    unfinished = null;
    if (this.#isSaved || fieldsets.every((fieldset) => fieldset.disabled || isEmpty(fieldset)))
      return;
    unfinished = this;
    this.#places = fieldsets.map((fieldset) => ({
      ...read(fieldset),
      isSaved: fieldset.disabled,
    }));
    offerUndo({
      text: gettext("The new cards were not saved."),
      label: gettext("Continue editing"),
      revert: () => dialog.open || this.reopen(),
    });
  }

  /** Request cards for the empty places, and for those whose suggestion was not edited. */
  async #suggest() {
    const places = fieldsets.filter((fieldset) => !fieldset.disabled && this.#isFree(fieldset));
    if (!places.length) return showStatus(gettext("Clear a card to have another one suggested."));
    const abort = (this.#abort = new AbortController());
    setSuggesting(true);
    showFailure(null);
    showStatus(gettext("Asking for simpler cards"));
    try {
      await this.#fill(places, abort.signal);
      showStatus(
        gettext("Check the suggested cards, change what is wrong, and clear what you don't need."),
      );
    } catch (error) {
      showStatus("");
      if (!abort.signal.aborted) showFailure(error);
    } finally {
      setSuggesting(false);
    }
  }

  async #fill(places, signal) {
    const client = await getClient();
    const request = rewriteRequest(this.#card, places.length, this.#suggested);
    const call = client.generate({ ...request, signal });
    const collect = async () => {
      for await (const { front, back } of call) {
        if (includesCard({ front, back }, [this.#card, ...this.#suggested])) continue;
        this.#suggested.push({ front, back });
        const place = places.shift();
        if (place) write(place, { front, back });
      }
    };
    await Promise.all([collect(), waitForResult(client, call, showWaiting)]);
  }

  /** Return whether a place is empty or has a suggestion that the user did not edit. */
  #isFree(fieldset) {
    return isEmpty(fieldset) || includesCard(read(fieldset), this.#suggested);
  }

  /** Save the new cards. If an error occurs after the first one, only the second one is left. */
  async #save() {
    this.#stop();
    const { errors, cards } = newCardsOf(fieldsets.map(read), this.#card.kind);
    showFieldErrors(form, errors);
    if (Object.keys(errors).length) return;
    try {
      for (const { index, ...card } of cards) {
        if (fieldsets[index].disabled) continue;
        await this.#saveCard(index, card);
      }
      await this.#finish(cards.length);
    } catch (error) {
      showFailure(error);
    }
  }

  async #saveCard(index, card) {
    try {
      await api.post(`/api/flashcards/decks/${this.#card.deckId}/cards`, card);
      fieldsets[index].disabled = true;
    } catch (error) {
      const fields = Object.entries(error.fields ?? {});
      const named = Object.fromEntries(fields.map(([name, why]) => [`${name}-${index + 1}`, why]));
      const errors = fieldErrorsOf(form, { fields: named });
      if (!Object.keys(errors).length) throw error;
      showFieldErrors(form, errors);
      throw Object.assign(new Error(), { isShown: true });
    }
  }

  async #finish(count) {
    const path = `/api/flashcards/cards/${this.#card.id}`;
    const isDeleted = form.elements["delete-old"].checked;
    if (isDeleted) await api.delete(path).catch(ignoreMissing);
    this.#isSaved = true;
    dialog.close();
    const text = ngettext("%(count)s card added.", "%(count)s cards added.", count);
    if (isDeleted)
      // Translators: the first part is a sentence, such as “2 cards added.”
      offerUndo({
        text: gettext("%(added)s The old card was deleted.", { added: text }),
        path: `${path}/restore`,
      });
    else toast(text);
    this.#onSaved(isDeleted);
  }
}

/** Ignore that a card was already deleted elsewhere. @param {any} error */
function ignoreMissing(error) {
  if (error.status !== 404) throw error;
}

const fieldOf = (fieldset, side) => fieldset.querySelector(`[data-side="${side}"]`);

function read(fieldset) {
  const [front, back] = ["front", "back"].map((side) => fieldOf(fieldset, side).value.trim());
  return { front, back };
}

function write(fieldset, card) {
  for (const side of ["front", "back"]) fieldOf(fieldset, side).value = card[side];
}

function isEmpty(fieldset) {
  const { front, back } = read(fieldset);
  return !front && !back;
}

function setSuggesting(isSuggesting) {
  dialog.setAttribute("aria-busy", String(isSuggesting));
  action(dialog, "suggest").disabled = isSuggesting;
}

function showStatus(text) {
  slot(dialog, "status").textContent = text;
  part(dialog, "no-engine").hidden = true;
}

/** Show what the request is waiting for. If it is first in the queue, no engine is available. */
function showWaiting(text, { status, place } = { status: "", place: 0 }) {
  showStatus(text);
  part(dialog, "no-engine").hidden = status !== "queued" || place > 0;
}

function showFailure(error) {
  const isShown = Boolean(error) && !error.isShown;
  part(dialog, "failure").hidden = !isShown;
  slot(dialog, "failure").textContent = isShown ? describeError(error).text : "";
}
