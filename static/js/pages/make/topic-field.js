import { gettext, ngettext } from "../../client/i18n.js";
import { action, announce, part, setText } from "../lib/dom.js";
import { showFieldErrors } from "../lib/forms.js";
import { read, write } from "../lib/storage.js";
import { offerUndo } from "../lib/undo.js";

export const MAX_TOPIC_LENGTH = 200;
const FILE_EXTENSION = /\.[a-z0-9]{1,8}$/iu;
const WEB_ADDRESS = /^(?:https?:\/\/|www\.|(?:[\w-]+\.){2,}[a-z]{2,}\/)\S*$/iu;

/**
 * The topic field. Each of the tabs "A topic" and "My notes" has its own topic.
 *
 * The topic of notes from a file is the name of the file, until the user types another one.
 */
export class TopicField {
  #form;
  #onNotes;
  /** The selected tab. @type {"topic"|"notes"} */
  #tab;
  #topics;
  /** The topic from the name of the last file, or "". */
  #fileTopic;
  #pasted = "";

  /**
   * @param {HTMLFormElement} form
   * @param {() => void} onNotes called when a pasted text has been moved to the notes or back
   */
  constructor(form, onNotes) {
    this.#form = form;
    this.#onNotes = onNotes;
    const stored = read("topics");
    this.#tab = stored?.tab ?? form.elements.from.value;
    this.#topics = { topic: "", notes: "", ...stored?.topics };
    this.#fileTopic = stored?.fileTopic ?? "";
    for (const name of ["paste", "drop"])
      form.elements.topic.addEventListener(name, (event) => this.#handleInsertion(event));
    action(form, "use-as-notes").addEventListener("click", () => this.#moveToNotes());
  }

  /** Store the topic. After the user has switched tabs, show the topic of the selected tab. */
  update() {
    const { from, topic, notes } = this.#form.elements;
    if (from.value !== this.#tab) {
      this.#tab = from.value;
      topic.value = this.#topics[this.#tab];
      showFieldErrors(this.#form, {});
      this.#offerNotes("");
    }
    if (this.#tab === "notes" && !notes.value.trim() && topic.value === this.#fileTopic)
      topic.value = this.#fileTopic = "";
    this.#topics[this.#tab] = topic.value;
    write("topics", { tab: this.#tab, topics: this.#topics, fileTopic: this.#fileTopic });
  }

  /**
   * Name the notes after their file, unless the user has typed a topic for them.
   * @param {string} fileName
   */
  followFile(fileName) {
    const field = this.#form.elements.topic;
    const topic = fileName.replace(FILE_EXTENSION, "").slice(0, MAX_TOPIC_LENGTH);
    if (!field.value.trim() || field.value === this.#fileTopic) field.value = topic;
    this.#fileTopic = topic;
  }

  /** Offer to use a text as notes if it does not fit into the field. */
  #handleInsertion(event) {
    const text = (event.clipboardData ?? event.dataTransfer).getData("text/plain");
    const { value, selectionStart, selectionEnd } = event.target;
    const selected = event.type === "paste" ? selectionEnd - selectionStart : 0;
    const isTooLong = value.length - selected + text.length > MAX_TOPIC_LENGTH;
    if (isTooLong) event.preventDefault();
    this.#offerNotes(isTooLong ? text : "");
  }

  #offerNotes(text) {
    this.#pasted = text;
    part(this.#form, "notes-offer").hidden = !text;
    if (!text) return;
    showFieldErrors(this.#form, {});
    const message = ngettext(
      "This looks like notes: it has %(count)s character, and a topic at most %(maximum)s.",
      "This looks like notes: it has %(count)s characters, and a topic at most %(maximum)s.",
      text.length,
      { maximum: MAX_TOPIC_LENGTH },
    );
    setText(this.#form, "notes-offer", message);
    announce(message);
  }

  #moveToNotes() {
    const { from, notes } = this.#form.elements;
    const before = { from: from.value, notes: notes.value };
    const text = [notes.value.trim(), this.#pasted].filter(Boolean).join("\n\n");
    this.#change({ from: "notes", notes: text });
    notes.focus();
    offerUndo({ text: gettext("Moved to your notes."), revert: () => this.#change(before) });
  }

  #change({ from, notes }) {
    this.#form.elements.notes.value = notes;
    this.#form.elements.from.value = from;
    this.#offerNotes("");
    this.#onNotes();
  }
}

/** Return whether a text is only the address of a web page. @param {string} text */
export function isWebAddress(text) {
  return WEB_ADDRESS.test(text);
}

/** The message for a web address in place of a topic or notes. */
export const WEB_PAGES_NOT_READ = gettext(
  "Web pages are not read. Copy the text of the page to “My notes”, or write in your own words what the cards will be about.",
);
