import { action, part, say } from "../dom.js";
import { showFaults } from "../faults.js";
import { integer } from "../format.js";
import { read, write } from "../store.js";

const COUNT_MOST = 50;
const TOPIC_MOST = 200;
const DERIVED_TOPIC = 80;
const CHARACTERS_READ = 2800; // what the server passes on to a model: about 800 tokens

/** @typedef {{topic: string, count: number, source?: string}} CardRequest */

/** The form that asks for cards. Events: `generate` (detail: a CardRequest), `stop`. What is typed survives a reload. */
export class RequestForm extends EventTarget {
  #form;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    super();
    this.#form = form;
    this.#restore();
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("submit", (event) => this.#submit(event));
    action(form, "stop").addEventListener("click", () => this.dispatchEvent(new Event("stop")));
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
    const { from, topic, notes, count } = Object.fromEntries(new FormData(this.#form));
    return { from, topic: clean(topic), notes: clean(notes), count: Number(count) };
  }

  #submit(event) {
    event.preventDefault();
    if (action(this.#form, "generate").hidden) return;
    const faults = findFaults(this.#values);
    showFaults(this.#form, faults);
    if (!Object.keys(faults).length) this.dispatchEvent(new CustomEvent("generate", { detail: toRequest(this.#values) }));
  }

  #changed() {
    const { from } = this.#values;
    part(this.#form, "notes").hidden = from !== "notes";
    say(this.#form, "topic-label", from === "notes" ? "Topic (optional)" : "Topic");
    write("request", Object.fromEntries(new FormData(this.#form)));
    this.#hint();
  }

  #hint() {
    const { length } = this.#values.notes;
    const warning = length > CHARACTERS_READ ? ` About the first ${integer(CHARACTERS_READ)} are read; make another set from the rest.` : "";
    say(this.#form, "notes-hint", `${integer(length)} characters.${warning}`);
  }

  #restore() {
    for (const [name, value] of Object.entries(read("request") ?? {})) {
      const field = this.#form.elements[name];
      const isUntouched = field && field.value === (field.defaultValue ?? "topic"); // somebody may have typed before this ran
      if (isUntouched) field.value = value;
    }
  }
}

function findFaults({ from, topic, notes, count }) {
  const faults = {};
  if (from === "topic" && !topic) faults.topic = "Write what the cards shall be about.";
  if (from === "notes" && !notes) faults.notes = "Paste the notes that the cards shall be made from.";
  if (!Number.isInteger(count) || count < 1 || count > COUNT_MOST) faults.count = `Choose 1 to ${COUNT_MOST} cards.`;
  return faults;
}

/** @returns {CardRequest} */
function toRequest({ from, topic, notes, count }) {
  if (from === "topic") return { topic, count };
  return { topic: (topic || notes.split("\n", 1)[0].slice(0, DERIVED_TOPIC)).slice(0, TOPIC_MOST), count, source: notes };
}

/** Text as it may be sent: pasted NULs have no place in any text. */
function clean(text) {
  return text.replaceAll("\0", "").trim();
}
