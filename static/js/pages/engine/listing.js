/**
 * One line of the model list, and what it is sorted and filtered by. Pure.
 * @typedef {object} Listed
 * @property {import("./models.js").CatalogueModel} model
 * @property {import("./fit.js").Fit} fit
 * @property {number} keptMb  of it in this browser
 * @property {boolean} isKept  all of it is in this browser
 * @property {number|null} speed  tokens a second, as seen on this device
 * @property {number} rank  models.js
 */

const FIT_ORDER = { fits: 0, tight: 1, no: 2 };

/** @type {Record<string, (one: Listed) => boolean>} */
const FILTERS = {
  all: () => true,
  fits: ({ fit }) => fit.state !== "no",
  kept: ({ isKept }) => isKept,
  local: ({ model }) => model.isLocal,
};

/** @type {Record<string, (a: Listed, b: Listed) => number>} */
const ORDERS = {
  best: (a, b) => FIT_ORDER[a.fit.state] - FIT_ORDER[b.fit.state] || b.rank - a.rank || Number(b.isKept) - Number(a.isKept) || smaller(a.model.downloadMb, b.model.downloadMb),
  download: (a, b) => smaller(a.model.downloadMb, b.model.downloadMb),
  memory: (a, b) => smaller(a.model.vramMb, b.model.vramMb),
  speed: (a, b) => (b.speed ?? 0) - (a.speed ?? 0),
  name: (a, b) => a.model.name.localeCompare(b.model.name),
};

/**
 * @param {Listed[]} all @param {{show?: string, order?: string, words?: string}} wish
 * @returns {Listed[]} those wished for, in the order wished for; ties as in "best"
 */
export function list(all, { show = "all", order = "best", words = "" }) {
  const wanted = words.toLowerCase().split(/\s+/);
  const filter = FILTERS[show] ?? FILTERS.all;
  return all
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
