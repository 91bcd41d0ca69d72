import { action } from "./lib/dom.js";
import "./text.js"; // shows what Markdown and math mean

const form = document.querySelector(".print-options");
const button = action(form, "print");

action(form, "apply").hidden = true; // a choice shows itself
form.addEventListener("change", () => form.requestSubmit());
button.addEventListener("click", () => print());
button.hidden = false;
