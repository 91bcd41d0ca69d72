import { action, part, setText } from "../lib/dom.js";
import { integer, pluralize } from "../lib/format.js";
import { showFieldErrors } from "../lib/forms.js";
import { read, write } from "../lib/storage.js";

const MAX_CARDS = 50;
const MAX_CARDS_FROM_NOTES = 200;
const MAX_TOPIC_LENGTH = 200;
const DERIVED_TOPIC_LENGTH = 80;
/** The most characters that notes may have. */
const MAX_NOTES_LENGTH = 200_000;

/**
 * @typedef {{topic: string, count: number, source?: string, language?: string, difficulty?: string,
 *   kind?: string}} CardRequest
 */

/**
 * The form that asks for cards. Events: `generate` (detail: a CardRequest), `stop`. What is typed
 * survives a reload.
 */
export class RequestForm extends EventTarget {
  #form;
  #files = null;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    super();
    this.#form = form;
    if (read("request")) this.#restore();
    else restoreChoices(form);
    suggestLanguages(form);
    form.addEventListener("input", () => this.#handleInput());
    form.addEventListener("submit", (event) => this.#submit(event));
    action(form, "stop").addEventListener("click", () => this.dispatchEvent(new Event("stop")));
    this.#setUpFiles();
    this.#handleInput();
    action(form, "generate").disabled = false;
  }

  /** Show Stop in the place of Generate, or back. @param {boolean} isWriting */
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

  /** What pressing Generate will do. @param {string} text */
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
    const { from } = this.#values;
    part(this.#form, "notes").hidden = from !== "notes";
    setText(this.#form, "topic-label", from === "notes" ? "Topic (optional)" : "Topic");
    this.#form.elements.count.max = String(from === "notes" ? MAX_CARDS_FROM_NOTES : MAX_CARDS);
    write("request", Object.fromEntries(new FormData(this.#form)));
    this.#showNotesHint();
  }

  /**
   * How the notes will be read. Cutting them needs a module of its own, which is loaded once there
   * are any.
   */
  async #showNotesHint() {
    const { notes, count } = this.#values;
    const characters = `${integer(notes.length)} characters`;
    if (!notes)
      return void setText(
        this.#form,
        "notes-hint",
        `Up to ${integer(MAX_NOTES_LENGTH)} characters.`,
      );
    const { chunks } = await import("../notes/chunks.js");
    if (notes === this.#values.notes)
      setText(this.#form, "notes-hint", `${characters}${partsText(chunks(notes).length, count)}.`);
  }

  /**
   * A file that is chosen or dropped becomes notes, which can be seen and changed before anything
   * is asked for.
   */
  #setUpFiles() {
    const field = part(this.#form, "file");
    const openFile = async (file) => {
      const { FilePanel } = await import("../notes/file-panel.js");
      this.#files ??= new FilePanel(this.#form, MAX_NOTES_LENGTH, (text, name) =>
        this.#fillNotes(text, name),
      );
      this.#files.open(file);
    };
    action(this.#form, "open-file").addEventListener("click", () => field.click());
    const handleChange = () => field.files.length && openFile(field.files[0]);
    field.addEventListener("change", handleChange);
    handleChange(); // somebody may have been quicker than this module
    setUpDrops(this.#form, openFile);
  }

  #fillNotes(text, name) {
    const { notes, topic } = this.#form.elements;
    this.#form.elements.from.value = "notes";
    notes.value = text;
    if (!topic.value.trim())
      topic.value = name.replace(/\.[a-z0-9]{1,8}$/iu, "").slice(0, MAX_TOPIC_LENGTH);
    this.#handleInput();
  }

  #restore() {
    for (const [name, value] of Object.entries(read("request"))) {
      const field = this.#form.elements[name];
      // somebody may have typed before this ran
      const isUntouched = field && field.value === (field.defaultValue ?? firstValue(field));
      if (isUntouched) field.value = value;
    }
  }
}

/** What a group of radio buttons, or a list, begins with. */
function firstValue(field) {
  return (
    [...field].find((choice) => choice.defaultChecked || choice.defaultSelected)?.value ??
    field[0].value
  );
}

function partsText(parts, count) {
  if (parts < 2) return "";
  const perPart =
    count < parts
      ? `a card from ${count} of them`
      : `${integer(Math.round((10 * count) / parts) / 10)} cards from each`;
  return ` · read in ${pluralize(parts, "part")}, ${count < parts ? "" : "about "}${perPart}`;
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
  if (from === "topic" && !topic) fieldErrors.topic = "Write what the cards shall be about.";
  if (from === "notes" && !notes)
    fieldErrors.notes = "Paste the notes that the cards shall be made from, or open a file.";
  if (notes.length > MAX_NOTES_LENGTH)
    fieldErrors.notes = `Shorten the notes to ${integer(MAX_NOTES_LENGTH)} characters, or make several sets.`;
  if (language.length > 40) fieldErrors.language = "Name the language in at most 40 characters.";
  if (!Number.isInteger(count) || count < 1 || count > maxCount)
    fieldErrors.count = `Choose 1 to ${maxCount} cards.`;
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

/** Text as it may be sent: pasted NULs have no place in any text. */
function clean(text) {
  return text.replaceAll("\0", "").trim();
}

/** What was chosen last time, for this browser: language, difficulty, kind and number of cards. */
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
    // storage is switched off: the next visit begins with the defaults
  }
}

/** @param {HTMLFormElement} form whose fields nobody has touched yet */
function restoreChoices(form) {
  for (const [name, value] of Object.entries(storedChoices())) {
    const field = NAMES.includes(name) && form.elements[name];
    if (field && typeof value === "string") field.value = value;
  }
  if (!form.elements.kind.value) form.elements.kind.selectedIndex = 0;
}

/** Languages by their own names, the browser's first. @param {HTMLFormElement} form */
function suggestLanguages(form) {
  const browserLanguage = navigator.language.split("-")[0];
  const tags = [browserLanguage, ...TAGS.filter((tag) => tag !== browserLanguage)];
  form.elements.language.list.replaceChildren(...tags.map(option));
  form.elements.language.placeholder = `Any, or ${nameOf(browserLanguage)}`;
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
