import { gettext, language, ngettext } from "../../client/i18n.js";
import { api } from "../lib/api.js";
import { action, cloneTemplate, slot, toast, withBusyButton } from "../lib/dom.js";
import { describeError } from "../lib/error-messages.js";
import { offerUndo } from "../lib/undo.js";
import { DRAFTS } from "./draft-record.js";

const dates = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

/** The list of unsaved cards that are not shown as batches on this page. */
export class DraftList {
  #section;
  #onOpen;

  /**
   * @param {HTMLElement} section
   * @param {(id: string) => Promise<void>} onOpen shows a draft as a batch
   */
  constructor(section, onOpen) {
    this.#section = section;
    this.#onOpen = onOpen;
  }

  /** @param {any[]} drafts of the server, newest first */
  show(drafts) {
    slot(this.#section, "drafts").replaceChildren(...drafts.map((draft) => this.#row(draft)));
    this.#section.hidden = !drafts.length;
  }

  #row(draft) {
    const row = cloneTemplate("draft-template");
    slot(row, "topic").textContent = draft.topic;
    const cards = ngettext("%(count)s card", "%(count)s cards", draft.cardCount);
    // Translators: a number of cards, and a date with a time.
    slot(row, "details").textContent = gettext("%(cards)s · %(when)s", {
      cards,
      when: dates.format(new Date(draft.updatedAt)),
    });
    const buttons = {
      open: {
        label: gettext("Open: %(topic)s", { topic: draft.topic }),
        run: () => this.#open(draft, row),
      },
      discard: {
        label: gettext("Discard: %(topic)s", { topic: draft.topic }),
        run: () => this.#discard(draft, row),
      },
    };
    for (const [name, { label, run }] of Object.entries(buttons)) {
      const button = action(row, name);
      button.setAttribute("aria-label", label);
      button.addEventListener("click", () =>
        withBusyButton(button, () => run().catch((error) => toast(describeError(error).text))),
      );
    }
    return row;
  }

  async #open({ id }, row) {
    await this.#onOpen(id);
    this.#remove(row);
  }

  async #discard({ id }, row) {
    const { topic, cards, generationIds, record } = await api.get(`${DRAFTS}/${id}`);
    await api.delete(`${DRAFTS}/${id}`);
    const next = row.nextElementSibling;
    this.#remove(row);
    const putBack = async () => {
      await api.call("PUT", `${DRAFTS}/${id}`, {
        version: 0,
        topic,
        cards: cards.map((card) => ({ ...card, generationId: undefined })),
        generationIds,
        record,
      });
      this.#section.hidden = false;
      slot(this.#section, "drafts").insertBefore(row, next?.isConnected ? next : null);
      action(row, "open").focus();
    };
    offerUndo({
      text: ngettext("%(count)s card discarded.", "%(count)s cards discarded.", cards.length),
      revert: putBack,
    });
  }

  #remove(row) {
    row.remove();
    this.#section.hidden = !slot(this.#section, "drafts").children.length;
  }
}
