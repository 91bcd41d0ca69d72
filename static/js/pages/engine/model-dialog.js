import { gettext, ngettext } from "../../client/i18n.js";
import { action, cloneTemplate, part, setText, slot } from "../lib/dom.js";
import { decimal } from "../lib/format.js";
import { assessFit, describeDevice } from "./compatibility.js";
import { modelFacts, rank } from "./models.js";
import { getSpeed } from "./preferences.js";
import { storedByModel } from "./stored-models.js";

const dialog = document.getElementById("models");
const form = dialog.querySelector("form");
/** @type {Listed[]} */
let entries = [];
let chosenId = null;

form.addEventListener("input", ({ target }) =>
  target.name === "model" ? (chosenId = target.value) : show(),
);
action(dialog, "close").addEventListener("click", () => dialog.close(""));
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(""));

/**
 * Open the dialog that lists all models.
 * @param {{models: import("./models.js").CatalogueModel[], engines: import("./models.js").Engines,
 *   chosenId: string|undefined}} what
 * @returns {Promise<{model: import("./models.js").CatalogueModel, warning: string}|null>} the
 *   chosen model and a warning if it does not fit well, or null if the dialog was closed
 */
export async function chooseModel({ models, engines, chosenId: id }) {
  chosenId = id;
  entries = await describeAll(models, engines);
  form.elements.words.value = "";
  dialog.returnValue = "";
  show();
  dialog.showModal();
  dialog.querySelector("[name=model]:checked")?.scrollIntoView({ block: "nearest" });
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  const entry = entries.find(({ model }) => model.modelId === chosenId);
  return entry && dialog.returnValue === "use"
    ? { model: entry.model, warning: warning(entry.fit) }
    : null;
}

async function describeAll(models, engines) {
  const [device, storedModels] = await Promise.all([
    describeDevice(engines),
    storedByModel(models),
  ]);
  return models.map((model) => {
    const { bytes = 0, isComplete = false } = storedModels.get(model.modelId) ?? {};
    const storedMb = isComplete ? Infinity : bytes / 1e6;
    return {
      model,
      storedMb,
      isStored: isComplete,
      fit: assessFit(model, device, storedMb),
      speed: getSpeed(model.modelId),
      rank: rank(model, engines),
    };
  });
}

function show() {
  const { show: filter, order, words: query } = Object.fromEntries(new FormData(form));
  const matches = filterEntries(entries, { show: filter, order, words: query });
  slot(dialog, "rows").replaceChildren(...matches.map(row));
  setText(
    dialog,
    "result-count",
    matches.length
      ? ngettext("%(count)s model", "%(count)s models", matches.length)
      : EMPTY_TEXTS[query ? "words" : filter],
  );
}

const EMPTY_TEXTS = {
  words: gettext("No model has these words. Take some away."),
  all: gettext("This server offers no models."),
  fits: gettext("No model fits this device. Let another one write."),
  kept: gettext("No model is stored in this browser yet: loading one stores it."),
  local: gettext("This server has no models of its own."),
};

function warning({ state, reason }) {
  if (state === "fits") return "";
  return state === "tight"
    ? gettext("Tight: %(reason)s.", { reason })
    : gettext("Does not fit: %(reason)s.", { reason });
}

function fitText({ state, reason }) {
  if (state === "fits") return gettext("Fits this device");
  return state === "tight"
    ? gettext("Tight: %(reason)s", { reason })
    : gettext("Does not fit: %(reason)s", { reason });
}

function row({ model, fit: result, isStored, speed }) {
  const element = cloneTemplate("model-template");
  const input = element.querySelector("input");
  Object.assign(input, {
    value: model.modelId,
    disabled: result.isHard,
    checked: model.modelId === chosenId,
  });
  setText(element, "name", model.name);
  setText(element, "details", [modelFacts(model), speedText(speed)].filter(Boolean).join(" · "));
  setText(element, "fit", fitText(result));
  element.dataset.fit = result.state;
  part(element, "local").hidden = !model.isLocal;
  part(element, "stored").hidden = !isStored;
  return element;
}

function speedText(speed) {
  return speed ? gettext("%(speed)s tokens/s here", { speed: decimal(speed) }) : "";
}

/**
 * A row of the model list, with the values that it is sorted and filtered by.
 * @typedef {object} Listed
 * @property {import("./models.js").CatalogueModel} model
 * @property {import("./compatibility.js").Fit} fit
 * @property {number} storedMb  how much of the model is stored in this browser
 * @property {boolean} isStored  the whole model is stored in this browser
 * @property {number|null} speed  tokens a second, as measured on this device
 * @property {number} rank  see `rank` in models.js
 */

const FIT_ORDER = { fits: 0, tight: 1, no: 2 };

/** @type {Record<string, (one: Listed) => boolean>} */
const FILTERS = {
  all: () => true,
  fits: (entry) => entry.fit.state !== "no",
  kept: ({ isStored }) => isStored,
  local: ({ model }) => model.isLocal,
};

/** @type {Record<string, (a: Listed, b: Listed) => number>} */
const ORDERS = {
  best: (a, b) =>
    FIT_ORDER[a.fit.state] - FIT_ORDER[b.fit.state] ||
    b.rank - a.rank ||
    Number(b.isStored) - Number(a.isStored) ||
    compareSizes(a.model.downloadMb, b.model.downloadMb),
  download: (a, b) => compareSizes(a.model.downloadMb, b.model.downloadMb),
  memory: (a, b) => compareSizes(a.model.vramMb, b.model.vramMb),
  speed: (a, b) => (b.speed ?? 0) - (a.speed ?? 0),
  name: (a, b) => a.model.name.localeCompare(b.model.name),
};

/**
 * Filter and sort the rows of the model list.
 * @param {Listed[]} candidates @param {{show?: string, order?: string, words?: string}} options
 * @returns {Listed[]} the rows that match the filter and all words; ties are ordered as in "best"
 */
export function filterEntries(
  candidates,
  { show: filterName = "all", order = "best", words: query = "" },
) {
  const words = query.toLowerCase().split(/\s+/);
  const filter = FILTERS[filterName] ?? FILTERS.all;
  return candidates
    .filter((entry) => filter(entry) && words.every((word) => searchText(entry).includes(word)))
    .sort((a, b) => (ORDERS[order] ?? ORDERS.best)(a, b) || ORDERS.best(a, b));
}

function searchText({ model, isStored }) {
  const texts = [model.name, model.modelId, model.engine];
  // Translators: Words by which users may search for models of this server.
  if (model.isLocal) texts.push(gettext("local on this server"));
  // Translators: Words by which users may search for models that are stored in their browser.
  if (isStored) texts.push(gettext("kept stored"));
  return texts.join(" ").toLowerCase();
}

/** Compare two sizes, and sort unknown sizes last. */
function compareSizes(a, b) {
  return (a ?? Infinity) - (b ?? Infinity) || 0;
}
