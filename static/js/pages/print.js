import { action } from "./lib/dom.js";
import "./text.js"; // renders Markdown and math

const form = document.querySelector(".print-options");
const button = action(form, "print");

action(form, "apply").hidden = true; // changed options apply immediately
form.addEventListener("change", () => form.requestSubmit());
button.addEventListener("click", () => print());
button.hidden = false;
