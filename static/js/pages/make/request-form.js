import { gettext, ngettext } from "../../client/i18n.js";
import { action, part, setText } from "../lib/dom.js";
import { integer } from "../lib/format.js";
import { showFieldErrors } from "../lib/forms.js";
import { read, write } from "../lib/storage.js";
import { isWebAddress, MAX_TOPIC_LENGTH, TopicField, WEB_PAGES_NOT_READ } from "./topic-field.js";

const MAX_CARDS = 50;
const MAX_CARDS_FROM_NOTES = 200;
const DERIVED_TOPIC_LENGTH = 80;
/** The maximum number of characters in the notes. */
const MAX_NOTES_LENGTH = 200_000;

/**
 * @typedef {{topic: string, count: number, source?: string, language?: string, difficulty?: string,
 *   kind?: string}} CardRequest
 */

/**
 * The form that requests cards.
 *
 * Events: `generate` (detail: a CardRequest), `stop`, `change`, `notes` when there are notes. Its
 * values survive a reload.
 */
export class RequestForm extends EventTarget {
  #form;
  #topic;
  #files = null;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    super();
    this.#form = form;
    if (read("request")) this.#restore();
    else restoreChoices(form);
    this.#topic = new TopicField(form, () => this.#handleInput());
    suggestLanguages(form);
    form.addEventListener("input", () => this.#handleInput());
    form.addEventListener("submit", (event) => this.#submit(event));
    action(form, "stop").addEventListener("click", () => this.dispatchEvent(new Event("stop")));
    this.#setUpFiles();
    this.#handleInput();
    action(form, "generate").disabled = false;
  }

  /**
   * Show the Stop button instead of the Generate button, or the reverse.
   * @param {boolean} isWriting
   */
  setWriting(isWriting) {
    const [generateButton, stopButton] = [
      action(this.#form, "generate"),
      action(this.#form, "stop"),
    ];
    const [visibleButton, hiddenButton] = isWriting
      ? [stopButton, generateButton]
      : [generateButton, stopButton];
    const hadFocus = hiddenButton === document.activeElement;
    visibleButton.hidden = false;
    hiddenButton.hidden = true;
    if (hadFocus) visibleButton.focus();
  }

  /** The selected kind of card, by its name in requests. */
  get kind() {
    return this.#values.kind;
  }

  /** The notes that the cards will be made from, or "". */
  get notes() {
    const { from, notes } = this.#values;
    return from === "notes" ? notes : "";
  }

  /** Show what the Generate button will do. @param {string} text */
  setHint(text) {
    setText(this.#form, "submit-hint", text);
  }

  get #values() {
    const { topic, notes, count, ...others } = Object.fromEntries(new FormData(this.#form));
    return { ...others, topic: clean(topic), notes: clean(notes), count: Number(count) };
  }

  #submit(event) {
    event.preventDefault();
    if (action(this.#form, "generate").hidden) return;
    const fieldErrors = validate(this.#values);
    showFieldErrors(this.#form, fieldErrors);
    if (Object.keys(fieldErrors).length) return;
    storeChoices(this.#form);
    this.dispatchEvent(new CustomEvent("generate", { detail: toRequest(this.#values) }));
  }

  #handleInput() {
    this.#topic.update();
    const { from } = this.#values;
    part(this.#form, "notes").hidden = from !== "notes";
    setText(
      this.#form,
      "topic-label",
      from === "notes" ? gettext("Topic (optional)") : gettext("Topic"),
    );
    this.#form.elements.count.max = String(from === "notes" ? MAX_CARDS_FROM_NOTES : MAX_CARDS);
    write("request", Object.fromEntries(new FormData(this.#form)));
    this.#showNotesHint();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Show how the notes will be split. The module that splits them is loaded when there are notes.
   */
  async #showNotesHint() {
    const { notes, count } = this.#values;
    if (!notes)
      return void setText(
        this.#form,
        "notes-hint",
        gettext("Up to %(maximum)s characters.", { maximum: integer(MAX_NOTES_LENGTH) }),
      );
    this.dispatchEvent(new Event("notes"));
    const { chunks } = await import("../notes/chunks.js");
    if (notes === this.#values.notes)
      setText(this.#form, "notes-hint", notesHint(notes.length, chunks(notes).length, count));
  }

  /**
   * Set up the file field and drag and drop.
   *
   * The text of a file is put in the notes field, where the user can edit it before sending the
   * request.
   */
  #setUpFiles() {
    const field = part(this.#form, "file");
    const openFile = async (file) => {
      const { FilePanel } = await import("../notes/file-panel.js");
      this.#files ??= new FilePanel(this.#form, MAX_NOTES_LENGTH, (text, name) =>
        this.#fillNotes(text, name),
      );
      this.#form.elements.from.value = "notes";
      this.#handleInput();
      this.#files.open(file);
    };
    action(this.#form, "open-file").addEventListener("click", () => field.click());
    const handleChange = () => field.files.length && openFile(field.files[0]);
    field.addEventListener("change", handleChange);
    handleChange(); // the user may have chosen a file before this module was loaded
    setUpDrops(this.#form, openFile);
  }

  #fillNotes(text, name) {
    this.#form.elements.notes.value = text;
    this.#topic.followFile(name);
    this.#handleInput();
  }

  #restore() {
    for (const [name, value] of Object.entries(read("request"))) {
      const field = this.#form.elements[name];
      // The user may have typed before this code ran.
      const isUntouched = field && field.value === (field.defaultValue ?? firstValue(field));
      if (isUntouched) field.value = value;
    }
  }
}

/** Return the initial value of a group of radio buttons or a list. */
function firstValue(field) {
  return (
    [...field].find((choice) => choice.defaultChecked || choice.defaultSelected)?.value ??
    field[0].value
  );
}

function notesHint(length, parts, count) {
  if (parts < 2) return ngettext("%(count)s character.", "%(count)s characters.", length);
  const charactersText = ngettext("%(count)s character", "%(count)s characters", length);
  const partsText = ngettext("read in %(count)s part", "read in %(count)s parts", parts);
  // Translators: for example "8,000 characters · read in 3 parts, about 4 cards from each."
  return gettext("%(characters)s · %(parts)s, %(cards)s.", {
    characters: charactersText,
    parts: partsText,
    cards: cardsPerPart(parts, count),
  });
}

function cardsPerPart(parts, count) {
  if (count < parts) return gettext("a card from %(parts)s of them", { parts: count });
  return ngettext(
    "about %(count)s card from each",
    "about %(count)s cards from each",
    Math.round(Math.round((10 * count) / parts) / 10),
  );
}

function setUpDrops(form, openFile) {
  form.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.dataset.dragover = "";
  });
  for (const name of ["dragleave", "drop"])
    form.addEventListener(name, () => delete form.dataset.dragover);
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    openFile(event.dataTransfer.files[0]);
  });
}

function validate({ from, topic, notes, count, language }) {
  const fieldErrors = {};
  const maxCount = from === "notes" ? MAX_CARDS_FROM_NOTES : MAX_CARDS;
  if (from === "topic" && !topic)
    fieldErrors.topic = gettext("Write what the cards shall be about.");
  if (isWebAddress(topic)) fieldErrors.topic = WEB_PAGES_NOT_READ;
  if (from === "notes" && !notes)
    fieldErrors.notes = gettext(
      "Paste the notes that the cards shall be made from, or open a file.",
    );
  if (from === "notes" && isWebAddress(notes)) fieldErrors.notes = WEB_PAGES_NOT_READ;
  if (notes.length > MAX_NOTES_LENGTH)
    fieldErrors.notes = gettext(
      "Shorten the notes to %(maximum)s characters, or make several sets.",
      { maximum: integer(MAX_NOTES_LENGTH) },
    );
  if (language.length > 40)
    fieldErrors.language = gettext("Name the language in at most 40 characters.");
  if (!Number.isInteger(count) || count < 1 || count > maxCount)
    fieldErrors.count = gettext("Choose 1 to %(maximum)s cards.", { maximum: integer(maxCount) });
  return fieldErrors;
}

/** @returns {CardRequest} */
function toRequest({ from, topic, notes, count, language, difficulty, kind }) {
  const options = Object.fromEntries(
    Object.entries({ language: clean(language), difficulty, kind }).filter(([, value]) => value),
  );
  if (from === "topic") return { topic, count, ...options };
  return {
    topic: (topic || notes.split("\n", 1)[0].slice(0, DERIVED_TOPIC_LENGTH)).slice(
      0,
      MAX_TOPIC_LENGTH,
    ),
    count,
    source: notes,
    ...options,
  };
}

/** Return the trimmed text without NUL characters, which can be pasted but are not allowed. */
function clean(text) {
  return text.replaceAll("\0", "").trim();
}

/**
 * The localStorage key of the user's last choices: language, difficulty, kind and number of cards.
 */
const KEY = "mindflip:choices";
const NAMES = ["language", "difficulty", "kind", "count"];
const TAGS = [
  "en",
  "de",
  "fr",
  "es",
  "it",
  "pt",
  "nl",
  "pl",
  "cs",
  "sv",
  "tr",
  "ru",
  "uk",
  "el",
  "ar",
  "he",
  "hi",
  "zh",
  "ja",
  "ko",
];

/** @param {HTMLFormElement} form */
function storeChoices(form) {
  try {
    localStorage.setItem(
      KEY,
      JSON.stringify(Object.fromEntries(NAMES.map((name) => [name, form.elements[name].value]))),
    );
  } catch {
    // Storage is disabled, so the next visit starts with the defaults.
  }
}

/**
 * Restore the user's last choices.
 * @param {HTMLFormElement} form whose fields the user has not changed yet
 */
function restoreChoices(form) {
  for (const [name, value] of Object.entries(storedChoices())) {
    const field = NAMES.includes(name) && form.elements[name];
    if (field && typeof value === "string") field.value = value;
  }
  if (!form.elements.kind.value) form.elements.kind.selectedIndex = 0;
}

/**
 * Suggest languages by their native names, with the browser's language first.
 * @param {HTMLFormElement} form
 */
function suggestLanguages(form) {
  const browserLanguage = navigator.language.split("-")[0];
  const tags = [browserLanguage, ...TAGS.filter((tag) => tag !== browserLanguage)];
  form.elements.language.list.replaceChildren(...tags.map(option));
  form.elements.language.placeholder = gettext("Any, or %(language)s", {
    language: nameOf(browserLanguage),
  });
}

function option(tag) {
  const element = document.createElement("option");
  element.value = nameOf(tag);
  return element;
}

function nameOf(tag) {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  return name[0].toLocaleUpperCase(tag) + name.slice(1);
}

function storedChoices() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
