/** The localStorage keys of the last choices in this browser. */
const MODEL_KEY = "mindflip:model";
const OTHER_DEVICE_KEY = "mindflip:away";
const LOADED_KEY = "mindflip:loaded";
/** The key of each model's speed on this device, in tokens a second. */
const SPEEDS_KEY = "mindflip:speeds";
/** The weight of a new measurement in the moving average. */
const WEIGHT = 0.4;
/** The number of tokens below which a measurement is not reliable. */
const MIN_TOKENS = 8;

/** @returns {string|null} the model's id */
export function getModelId() {
  return read(MODEL_KEY);
}

/** @param {string} modelId */
export function setModelId(modelId) {
  write(MODEL_KEY, modelId);
}

/** Return whether the user lets another device write, although this one could. */
export function usesOtherDevice() {
  return read(OTHER_DEVICE_KEY) !== null;
}

/** @param {boolean} value */
export function setUsesOtherDevice(value) {
  write(OTHER_DEVICE_KEY, value ? "yes" : null);
}

/** Return whether a model was ever loaded in this browser. If not, no model is stored. */
export function hasLoaded() {
  return read(LOADED_KEY) !== null;
}

/** Record that a model is being loaded, so that models may be stored from now on. */
export function markLoaded() {
  write(LOADED_KEY, "yes");
}

/** @param {string} modelId @returns {number|null} */
export function getSpeed(modelId) {
  return readSpeeds()[modelId] ?? null;
}

/**
 * Record a model's speed as a moving average.
 * @param {string} modelId @param {{tokens: number, seconds: number}} sample since the first token,
 *   because the model reads the prompt before that
 */
export function recordSpeed(modelId, { tokens, seconds }) {
  if (tokens < MIN_TOKENS || seconds <= 0) return;
  const speeds = readSpeeds();
  const speed = tokens / seconds;
  const average = speeds[modelId] ?? speed;
  speeds[modelId] = Math.round(10 * (average + WEIGHT * (speed - average))) / 10;
  write(SPEEDS_KEY, JSON.stringify(speeds));
}

function readSpeeds() {
  try {
    return JSON.parse(read(SPEEDS_KEY)) ?? {};
  } catch {
    return {};
  }
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
    // If storage is full or disabled, the next visit starts with the defaults, and speeds are
    // measured again.
  }
}
