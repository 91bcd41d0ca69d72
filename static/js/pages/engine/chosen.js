/** What was last chosen in this browser. */
const LAST_MODEL = "mindflip:model";
const AWAY = "mindflip:away";
const LOADED = "mindflip:loaded";

/** @returns {string|null} the model's id */
export function remembered() {
  return read(LAST_MODEL);
}

/** @param {string} modelId */
export function remember(modelId) {
  write(LAST_MODEL, modelId);
}

/** Whether another device shall write, though this one could. */
export function isAway() {
  return read(AWAY) !== null;
}

/** @param {boolean} value */
export function rememberAway(value) {
  write(AWAY, value ? "yes" : null);
}

/** Whether a model was ever loaded in this browser; if not, there is nothing kept to look for. */
export function hasLoaded() {
  return read(LOADED) !== null;
}

/** A model is being loaded: from now on there may be something kept. */
export function rememberLoading() {
  write(LOADED, "yes");
}

function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // storage is switched off: the next visit begins with the default
  }
}
