/** The model last chosen in this browser. */
const LAST_MODEL = "mindflip:model";

/** @returns {string|null} */
export function remembered() {
  try {
    return localStorage.getItem(LAST_MODEL);
  } catch {
    return null;
  }
}

/** @param {string} modelId */
export function remember(modelId) {
  try {
    localStorage.setItem(LAST_MODEL, modelId);
  } catch {
    // storage is switched off: the next visit begins with the default
  }
}
