import { cardElement, fill } from "../cards.js";
import { action, fromMould, part, slot } from "../dom.js";

/**
 * A card that is not saved yet, as the server gave it or as it was edited here. `part` is the part of its batch that it came of; `unsent`
 * says that the server does not know it yet.
 * @typedef {{id?: string, front: string, back: string, kind?: string, sentence?: string, found?: boolean|null, part: number, unsent?: boolean, [member: string]: any}} Draft
 */

/** The element of a draft: a card with its tools, and what its notes say of it. @param {Draft} draft @returns {HTMLElement} */
export function draftElement(draft) {
  const element = cardElement(draft);
  slot(element, "flip").closest(".card-tools").append(fromMould("draft-tools-mould"));
  element.append(fromMould("ground-mould"));
  showDraft(element, draft);
  return element;
}

/** Show a draft in its element. @param {HTMLElement} element @param {Draft} draft */
export function showDraft(element, draft) {
  fill(element, draft);
  for (const [name, words] of Object.entries(LABELS)) action(element, name).setAttribute("aria-label", `${words}: ${draft.front}`);
  showGround(part(element, "ground"), draft);
}

/** A draft is being written anew: its tools rest. @param {HTMLElement} element @param {boolean} isBusy */
export function setBusy(element, isBusy) {
  element.toggleAttribute("data-busy", isBusy);
  element.setAttribute("aria-busy", String(isBusy));
  for (const name of Object.keys(LABELS)) action(element, name).disabled = isBusy;
}

const LABELS = { edit: "Edit", another: "Write another instead of", drop: "Throw away" };

function showGround(ground, { found, sentence }) {
  ground.hidden = found === undefined;
  ground.dataset.found = String(found ?? "unknown");
  slot(ground, "found").textContent = FOUND.get(found ?? null);
  slot(ground, "sentence").textContent = sentence ?? "";
  slot(ground, "sentence").hidden = !sentence;
}

const FOUND = new Map([[true, "Found in your notes"], [false, "Not found in your notes"], [null, "Could not be checked"]]);
