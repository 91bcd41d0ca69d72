import { action, part, say } from "../dom.js";
import { integer } from "../format.js";
import { read, write } from "../store.js";

const COUNT_MOST = 50;
const TOPIC_MOST = 200;
const DERIVED_TOPIC = 80;
const TOKENS_PER_CARD = 60;
const TOKENS_OF_PROMPT = 300;
const CHARACTERS_PER_TOKEN = 3.5;

/** @typedef {{topic: string, count: number, source?: string}} CardRequest */

/** The form that asks for cards. Events: `generate` (detail: a CardRequest), `stop`. What is typed survives a reload. */
export class RequestForm extends EventTarget {
  #form;
  #context = null;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    super();
    this.#form = form;
    this.#restore();
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("submit", (event) => this.#submit(event));
    action(form, "stop").addEventListener("click", () => this.dispatchEvent(new Event("stop")));
    this.#changed();
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

  /** How many tokens the chosen model reads, for the hint under the notes. @param {number|null|undefined} tokens */
  setContext(tokens) {
    this.#context = tokens ?? null;
    this.#hint();
  }

  get #values() {
    const { from, topic, notes, count } = Object.fromEntries(new FormData(this.#form));
    return { from, topic: clean(topic), notes: clean(notes), count: Number(count) };
  }

  #submit(event) {
    event.preventDefault();
    if (action(this.#form, "generate").hidden) return;
    const faults = findFaults(this.#values);
    this.#showFaults(faults);
    if (!Object.keys(faults).length) this.dispatchEvent(new CustomEvent("generate", { detail: toRequest(this.#values) }));
  }

  #showFaults(faults) {
    for (const line of this.#form.querySelectorAll("[data-error]")) {
      const fault = faults[line.dataset.error];
      line.hidden = !fault;
      line.textContent = fault ?? "";
      this.#form.elements[line.dataset.error].setAttribute("aria-invalid", String(Boolean(fault)));
    }
    const [first] = Object.keys(faults);
    if (first) this.#form.elements[first].focus();
  }

  #changed() {
    const { from } = this.#values;
    part(this.#form, "notes").hidden = from !== "notes";
    say(this.#form, "topic-label", from === "notes" ? "Topic (optional)" : "Topic");
    write("request", Object.fromEntries(new FormData(this.#form)));
    this.#hint();
  }

  #hint() {
    const { notes, count } = this.#values;
    const most = this.#context && Math.floor((this.#context - TOKENS_OF_PROMPT - TOKENS_PER_CARD * count) * CHARACTERS_PER_TOKEN);
    const warning = most && notes.length > most ? ` The model reads about ${integer(Math.max(0, most))} of them: shorten the notes or ask for fewer cards.` : "";
    say(this.#form, "notes-hint", `${integer(notes.length)} characters.${warning}`);
  }

  #restore() {
    const typed = read("request") ?? {};
    for (const [name, value] of Object.entries(typed)) if (this.#form.elements[name]) this.#form.elements[name].value = value;
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
