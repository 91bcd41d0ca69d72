import { action, part, say } from "../lib/dom.js";
import { counted, integer } from "../lib/format.js";
import { showFaults } from "../lib/forms.js";
import { read, write } from "../lib/storage.js";

const COUNT_MOST = 50;
const COUNT_MOST_OF_NOTES = 200;
const TOPIC_MOST = 200;
const DERIVED_TOPIC = 80;
/** The most characters that notes may have. */
const NOTES_MOST = 200_000;

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
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("submit", (event) => this.#submit(event));
    action(form, "stop").addEventListener("click", () => this.dispatchEvent(new Event("stop")));
    this.#takeFiles();
    this.#changed();
    action(form, "generate").disabled = false;
  }

  /** Show Stop in the place of Generate, or back. @param {boolean} isWriting */
  setWriting(isWriting) {
    const [go, stop] = [action(this.#form, "generate"), action(this.#form, "stop")];
    const [shown, gone] = isWriting ? [stop, go] : [go, stop];
    const hadFocus = gone === document.activeElement;
    shown.hidden = false;
    gone.hidden = true;
    if (hadFocus) shown.focus();
  }

  /** What pressing Generate will do. @param {string} text */
  tell(text) {
    say(this.#form, "before", text);
  }

  get #values() {
    const { topic, notes, count, ...others } = Object.fromEntries(new FormData(this.#form));
    return { ...others, topic: clean(topic), notes: clean(notes), count: Number(count) };
  }

  #submit(event) {
    event.preventDefault();
    if (action(this.#form, "generate").hidden) return;
    const faults = findFaults(this.#values);
    showFaults(this.#form, faults);
    if (Object.keys(faults).length) return;
    keepChoices(this.#form);
    this.dispatchEvent(new CustomEvent("generate", { detail: toRequest(this.#values) }));
  }

  #changed() {
    const { from } = this.#values;
    part(this.#form, "notes").hidden = from !== "notes";
    say(this.#form, "topic-label", from === "notes" ? "Topic (optional)" : "Topic");
    this.#form.elements.count.max = String(from === "notes" ? COUNT_MOST_OF_NOTES : COUNT_MOST);
    write("request", Object.fromEntries(new FormData(this.#form)));
    this.#hint();
  }

  /**
   * How the notes will be read. Cutting them needs a module of its own, which is loaded once there
   * are any.
   */
  async #hint() {
    const { notes, count } = this.#values;
    const characters = `${integer(notes.length)} characters`;
    if (!notes)
      return void say(this.#form, "notes-hint", `Up to ${integer(NOTES_MOST)} characters.`);
    const { chunks } = await import("../notes/chunks.js");
    if (notes === this.#values.notes)
      say(this.#form, "notes-hint", `${characters}${partWords(chunks(notes).length, count)}.`);
  }

  /**
   * A file that is chosen or dropped becomes notes, which can be seen and changed before anything
   * is asked for.
   */
  #takeFiles() {
    const field = part(this.#form, "file");
    const take = async (file) => {
      const { FilePanel } = await import("../notes/file-panel.js");
      this.#files ??= new FilePanel(this.#form, NOTES_MOST, (text, name) =>
        this.#fillNotes(text, name),
      );
      this.#files.open(file);
    };
    action(this.#form, "open-file").addEventListener("click", () => field.click());
    const chosen = () => field.files.length && take(field.files[0]);
    field.addEventListener("change", chosen);
    chosen(); // somebody may have been quicker than this module
    takeDrops(this.#form, take);
  }

  #fillNotes(text, name) {
    const { notes, topic } = this.#form.elements;
    this.#form.elements.from.value = "notes";
    notes.value = text;
    if (!topic.value.trim())
      topic.value = name.replace(/\.[a-z0-9]{1,8}$/iu, "").slice(0, TOPIC_MOST);
    this.#changed();
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
    [...field].find((one) => one.defaultChecked || one.defaultSelected)?.value ?? field[0].value
  );
}

function partWords(parts, count) {
  if (parts < 2) return "";
  const each =
    count < parts
      ? `a card from ${count} of them`
      : `${integer(Math.round((10 * count) / parts) / 10)} cards from each`;
  return ` · read in ${counted(parts, "part")}, ${count < parts ? "" : "about "}${each}`;
}

function takeDrops(form, take) {
  form.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.dataset.drop = "";
  });
  for (const name of ["dragleave", "drop"])
    form.addEventListener(name, () => delete form.dataset.drop);
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}

function findFaults({ from, topic, notes, count, language }) {
  const faults = {};
  const most = from === "notes" ? COUNT_MOST_OF_NOTES : COUNT_MOST;
  if (from === "topic" && !topic) faults.topic = "Write what the cards shall be about.";
  if (from === "notes" && !notes)
    faults.notes = "Paste the notes that the cards shall be made from, or open a file.";
  if (notes.length > NOTES_MOST)
    faults.notes = `Shorten the notes to ${integer(NOTES_MOST)} characters, or make several sets.`;
  if (language.length > 40) faults.language = "Name the language in at most 40 characters.";
  if (!Number.isInteger(count) || count < 1 || count > most)
    faults.count = `Choose 1 to ${most} cards.`;
  return faults;
}

/** @returns {CardRequest} */
function toRequest({ from, topic, notes, count, language, difficulty, kind }) {
  const wishes = Object.fromEntries(
    Object.entries({ language: clean(language), difficulty, kind }).filter(([, value]) => value),
  );
  if (from === "topic") return { topic, count, ...wishes };
  return {
    topic: (topic || notes.split("\n", 1)[0].slice(0, DERIVED_TOPIC)).slice(0, TOPIC_MOST),
    count,
    source: notes,
    ...wishes,
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
function keepChoices(form) {
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
  for (const [name, value] of Object.entries(kept())) {
    const field = NAMES.includes(name) && form.elements[name];
    if (field && typeof value === "string") field.value = value;
  }
  if (!form.elements.kind.value) form.elements.kind.selectedIndex = 0;
}

/** Languages by their own names, the browser's first. @param {HTMLFormElement} form */
function suggestLanguages(form) {
  const own = navigator.language.split("-")[0];
  const tags = [own, ...TAGS.filter((tag) => tag !== own)];
  form.elements.language.list.replaceChildren(...tags.map(option));
  form.elements.language.placeholder = `Any, or ${nameOf(own)}`;
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

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
