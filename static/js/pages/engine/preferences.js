/** What was last chosen in this browser. */
const MODEL_KEY = "mindflip:model";
const OTHER_DEVICE_KEY = "mindflip:away";
const LOADED_KEY = "mindflip:loaded";
/** How fast each model wrote on this device, tokens a second. */
const SPEEDS_KEY = "mindflip:speeds";
/** How much a new measurement counts against those before it. */
const WEIGHT = 0.4;
/** Fewer tokens say nothing. */
const MIN_TOKENS = 8;

/** @returns {string|null} the model's id */
export function getModelId() {
  return read(MODEL_KEY);
}

/** @param {string} modelId */
export function setModelId(modelId) {
  write(MODEL_KEY, modelId);
}

/** Whether another device shall write, though this one could. */
export function usesOtherDevice() {
  return read(OTHER_DEVICE_KEY) !== null;
}

/** @param {boolean} value */
export function setUsesOtherDevice(value) {
  write(OTHER_DEVICE_KEY, value ? "yes" : null);
}

/** Whether a model was ever loaded in this browser; if not, there is nothing kept to look for. */
export function hasLoaded() {
  return read(LOADED_KEY) !== null;
}

/** A model is being loaded: from now on there may be something kept. */
export function markLoaded() {
  write(LOADED_KEY, "yes");
}

/** @param {string} modelId @returns {number|null} */
export function getSpeed(modelId) {
  return readSpeeds()[modelId] ?? null;
}

/**
 * @param {string} modelId @param {{tokens: number, seconds: number}} sample since the first token:
 *   before it the model was reading
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
    // storage is full or switched off: the next visit begins with the default, and speeds are
    // measured again
  }
}
