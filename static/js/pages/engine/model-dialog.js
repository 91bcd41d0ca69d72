import { action, fromMould, part, say, slot } from "../dom.js";
import { counted } from "../format.js";
import { inOrder, modelFacts, obstacle } from "./models.js";

/** The dialog that lists all models. */
export class ModelDialog {
  #dialog;
  #models = [];

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.#dialog = dialog;
    action(dialog, "close").addEventListener("click", () => dialog.close(""));
    dialog.querySelector("[type=search]").addEventListener("input", (event) => this.#filter(event.target.value));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(""));
  }

  /**
   * @param {import("./models.js").CatalogueModel[]} models
   * @param {import("./models.js").Engines} engines
   * @param {string|undefined} chosenId
   * @returns {Promise<import("./models.js").CatalogueModel|null>} the model chosen, or null if it was closed
   */
  choose(models, engines, chosenId) {
    this.#models = models;
    slot(this.#dialog, "rows").replaceChildren(...inOrder(models, engines).map((model) => row(model, engines, chosenId)));
    this.#dialog.querySelector("[type=search]").value = "";
    this.#filter("");
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
    this.#dialog.querySelector(":checked")?.scrollIntoView({ block: "nearest" });
    return new Promise((resolve) => this.#dialog.addEventListener("close", () => resolve(this.#chosen()), { once: true }));
  }

  #chosen() {
    const id = this.#dialog.querySelector("[name=model]:checked")?.value;
    return this.#dialog.returnValue === "use" ? (this.#models.find((model) => model.modelId === id) ?? null) : null;
  }

  #filter(text) {
    const words = text.toLowerCase().split(/\s+/);
    let found = 0;
    for (const element of slot(this.#dialog, "rows").children) {
      element.hidden = !words.every((word) => element.dataset.words.includes(word));
      found += Number(!element.hidden);
    }
    say(this.#dialog, "found", found ? counted(found, "model") : "No model has these words. Take some away.");
  }
}

function row(model, engines, chosenId) {
  const element = fromMould("model-mould");
  const hindrance = obstacle(model, engines);
  const input = element.querySelector("input");
  Object.assign(input, { value: model.modelId, disabled: Boolean(hindrance), checked: model.modelId === chosenId });
  say(element, "name", model.name);
  say(element, "facts", hindrance ? `${modelFacts(model)} · ${hindrance}` : modelFacts(model));
  part(element, "local").hidden = !model.isLocal;
  element.dataset.words = `${model.name} ${model.modelId} ${model.engine} ${model.isLocal ? "local on this server" : ""}`.toLowerCase();
  return element;
}
