import { gettext } from "../../client/i18n.js";
import { api } from "./api.js";
import { announce, cloneTemplate, slot } from "./dom.js";
import { describeError } from "./error-messages.js";

let isSuggested = false;

/**
 * Let users add and remove tags in the tag fields inside `root`.
 *
 * This includes fields that are added later. Enter, a comma or leaving the field adds the typed
 * tag. Backspace in an empty field removes the last tag.
 * @param {Element} root
 * @param {(field: HTMLElement, tags: string[]) => Promise<string[]>} save saves the tags and
 *   returns the saved ones; an error reverts the change
 */
export function setUpTags(root, save) {
  root.addEventListener("focusin", (event) => event.target.matches(".chip-input") && suggestTags());
  root.addEventListener(
    "keydown",
    (event) => event.target.matches(".chip-input") && handleKey(event, save),
  );
  root.addEventListener(
    "focusout",
    (event) => event.target.matches(".chip-input") && add(event.target, save),
  );
  root.addEventListener("click", (event) => {
    const chip = event.target.closest('[data-action="remove-tag"]')?.closest(".chip");
    if (chip) remove(chip, save);
  });
}

/** @param {HTMLElement} field @returns {string[]} */
export function tagsOf(field) {
  return [...field.querySelectorAll(".chip")].map((chip) => chip.dataset.tag);
}

function handleKey(event, save) {
  const input = event.target;
  if (event.key === "Enter" || event.key === ",") {
    event.preventDefault();
    add(input, save);
  } else if (event.key === "Escape") {
    input.value = "";
  } else if (event.key === "Backspace" && !input.value) {
    const last = input.closest("[data-part=tags]").querySelector(".chip:last-child");
    if (last) remove(last, save);
  }
}

function add(input, save) {
  const field = input.closest("[data-part=tags]");
  const typed = input.value
    .split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);
  if (!typed.length) return;
  input.value = "";
  saveTags(
    field,
    [...tagsOf(field), ...typed],
    save,
    gettext("Tag %(tags)s added.", { tags: typed.join(", ") }),
  );
}

function remove(chip, save) {
  const field = chip.closest("[data-part=tags]");
  field.querySelector(".chip-input").focus();
  const tag = chip.dataset.tag;
  saveTags(
    field,
    tagsOf(field).filter((other) => other !== tag),
    save,
    gettext("Tag %(tag)s removed.", { tag }),
  );
}

async function saveTags(field, tags, save, announcement) {
  const previous = tagsOf(field);
  showTags(field, tags);
  showError(field, "");
  try {
    showTags(field, await save(field, tags));
    announce(announcement);
    isSuggested = false;
  } catch (error) {
    showTags(field, previous);
    showError(field, error.fields?.tags?.[0] ?? describeError(error).text);
  }
}

function showTags(field, tags) {
  slot(field, "tags").replaceChildren(...tags.map(createChip));
}

function createChip(tag) {
  const chip = cloneTemplate("chip-template");
  chip.dataset.tag = tag;
  slot(chip, "tag").textContent = tag;
  slot(chip, "remove-label").textContent = tag;
  return chip;
}

function showError(field, message) {
  const line = slot(field, "tags-error");
  line.hidden = !message;
  line.textContent = message;
}

/**
 * Load the user's existing tags as suggestions when a tag field is first used, and again after tags
 * were saved.
 */
export async function suggestTags() {
  if (isSuggested) return;
  isSuggested = true;
  const { tags } = await api.get("/api/flashcards/tags").catch(() => ({ tags: [] }));
  document
    .getElementById("known-tags")
    .replaceChildren(
      ...tags.map((tag) => Object.assign(document.createElement("option"), { value: tag })),
    );
}
