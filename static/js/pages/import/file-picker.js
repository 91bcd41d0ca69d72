import { gettext } from "../../client/i18n.js";
import { part } from "../lib/dom.js";

/**
 * Accept a file from the file field, a drop anywhere on the page, or pasted text.
 * @param {HTMLElement} page
 * @param {(file: File) => void} onFile
 */
export function setUpFilePicker(page, onFile) {
  const input = page.querySelector('input[type="file"]');
  const handleChange = () => {
    if (input.files[0]) onFile(input.files[0]);
    input.value = ""; // so that the same file can be chosen again
  };
  input.addEventListener("change", handleChange);
  handleChange(); // the user may have chosen a file before this module was loaded
  setUpDropping(part(page, "dropzone"), () => page.dataset.stage === "choose", onFile);
  setUpPasting(page.querySelector('[data-form="paste"]'), onFile);
}

function setUpDropping(dropArea, isOpen, onFile) {
  let depth = 0; // dragenter of a child fires before dragleave of its parent
  const show = (isOver) => dropArea.toggleAttribute("data-dragover", isOver);
  addEventListener("dragenter", (event) => hasFile(event) && isOpen() && show(++depth > 0));
  addEventListener(
    "dragleave",
    (event) => hasFile(event) && show((depth = Math.max(0, depth - 1)) > 0),
  );
  addEventListener("dragover", (event) => hasFile(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault(); // otherwise the browser leaves the page and opens the file
    show((depth = 0) > 0);
    if (isOpen()) onFile(event.dataTransfer.files[0]);
  });
}

function hasFile(event) {
  return Boolean(event.dataTransfer?.types.includes("Files"));
}

function setUpPasting(form, onFile) {
  const [field, button] = [form.elements.text, form.querySelector("button")];
  field.addEventListener("input", () => (button.disabled = !field.value.trim()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!field.value.trim()) return;
    // Translators: the suggested name of a deck whose cards were pasted.
    const name = gettext("Pasted cards");
    onFile(new File([field.value], `${name}.txt`, { type: "text/plain" }));
  });
  button.disabled = !field.value.trim();
}
