import { action, fromMould, part, say, slot } from "../lib/dom.js";
import { counted } from "../lib/format.js";
import { describeDevice, fit } from "./compatibility.js";
import { modelFacts, rank } from "./models.js";
import { speedOf } from "./preferences.js";
import { keptByModel } from "./stored-models.js";

const FITS = { fits: "Fits this device", tight: "Tight", no: "Does not fit" };
const dialog = document.getElementById("models");
const form = dialog.querySelector("form");
/** @type {Listed[]} */
let all = [];
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
 * @returns {Promise<{model: import("./models.js").CatalogueModel, warning: string}|null>} the model
 *   chosen, and what speaks against it;
 *   null if the dialog was closed
 */
export async function chooseModel({ models, engines, chosenId: id }) {
  chosenId = id;
  all = await describeAll(models, engines);
  form.elements.words.value = "";
  dialog.returnValue = "";
  show();
  dialog.showModal();
  dialog.querySelector("[name=model]:checked")?.scrollIntoView({ block: "nearest" });
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  const chosen = all.find(({ model }) => model.modelId === chosenId);
  return chosen && dialog.returnValue === "use"
    ? { model: chosen.model, warning: warning(chosen.fit) }
    : null;
}

async function describeAll(models, engines) {
  const [device, kept] = await Promise.all([describeDevice(engines), keptByModel(models)]);
  return models.map((model) => {
    const { bytes = 0, isWhole = false } = kept.get(model.modelId) ?? {};
    const keptMb = isWhole ? Infinity : bytes / 1e6;
    return {
      model,
      keptMb,
      isKept: isWhole,
      fit: fit(model, device, keptMb),
      speed: speedOf(model.modelId),
      rank: rank(model, engines),
    };
  });
}

function show() {
  const { show: shown, order, words } = Object.fromEntries(new FormData(form));
  const found = list(all, { show: shown, order, words });
  slot(dialog, "rows").replaceChildren(...found.map(row));
  say(
    dialog,
    "found",
    found.length ? counted(found.length, "model") : NOTHING[words ? "words" : shown],
  );
}

const NOTHING = {
  words: "No model has these words. Take some away.",
  all: "This server offers no models.",
  fits: "No model fits this device. Let another one write.",
  kept: "No model is stored in this browser yet: loading one stores it.",
  local: "This server has no models of its own.",
};

function warning({ state, reason }) {
  return state === "fits" ? "" : `${FITS[state]}: ${reason}.`;
}

function row({ model, fit: fitting, isKept, speed }) {
  const element = fromMould("model-mould");
  const input = element.querySelector("input");
  Object.assign(input, {
    value: model.modelId,
    disabled: fitting.isHard,
    checked: model.modelId === chosenId,
  });
  say(element, "name", model.name);
  say(element, "facts", `${modelFacts(model)}${speed ? ` · ${speed} tokens/s here` : ""}`);
  say(element, "fit", fitting.state === "fits" ? FITS.fits : warning(fitting).slice(0, -1));
  element.dataset.fit = fitting.state;
  part(element, "local").hidden = !model.isLocal;
  part(element, "kept").hidden = !isKept;
  return element;
}

/**
 * One line of the model list, and what it is sorted and filtered by. Pure.
 * @typedef {object} Listed
 * @property {import("./models.js").CatalogueModel} model
 * @property {import("./compatibility.js").Fit} fit
 * @property {number} keptMb  of it in this browser
 * @property {boolean} isKept  all of it is in this browser
 * @property {number|null} speed  tokens a second, as seen on this device
 * @property {number} rank  models.js
 */

const FIT_ORDER = { fits: 0, tight: 1, no: 2 };

/** @type {Record<string, (one: Listed) => boolean>} */
const FILTERS = {
  all: () => true,
  fits: (one) => one.fit.state !== "no",
  kept: ({ isKept }) => isKept,
  local: ({ model }) => model.isLocal,
};

/** @type {Record<string, (a: Listed, b: Listed) => number>} */
const ORDERS = {
  best: (a, b) =>
    FIT_ORDER[a.fit.state] - FIT_ORDER[b.fit.state] ||
    b.rank - a.rank ||
    Number(b.isKept) - Number(a.isKept) ||
    smaller(a.model.downloadMb, b.model.downloadMb),
  download: (a, b) => smaller(a.model.downloadMb, b.model.downloadMb),
  memory: (a, b) => smaller(a.model.vramMb, b.model.vramMb),
  speed: (a, b) => (b.speed ?? 0) - (a.speed ?? 0),
  name: (a, b) => a.model.name.localeCompare(b.model.name),
};

/**
 * @param {Listed[]} entries @param {{show?: string, order?: string, words?: string}} wish
 * @returns {Listed[]} those wished for, in the order wished for; ties as in "best"
 */
export function list(entries, { show: shown = "all", order = "best", words = "" }) {
  const wanted = words.toLowerCase().split(/\s+/);
  const filter = FILTERS[shown] ?? FILTERS.all;
  return entries
    .filter((one) => filter(one) && wanted.every((word) => text(one).includes(word)))
    .sort((a, b) => (ORDERS[order] ?? ORDERS.best)(a, b) || ORDERS.best(a, b));
}

function text({ model, isKept }) {
  return `${model.name} ${model.modelId} ${model.engine} ${model.isLocal ? "local on this server" : ""} ${isKept ? "kept stored" : ""}`.toLowerCase();
}

/** What nobody says comes last. */
function smaller(a, b) {
  return (a ?? Infinity) - (b ?? Infinity) || 0;
}
