/** What was last chosen in this browser. */
const LAST_MODEL = "mindflip:model";
const AWAY = "mindflip:away";
const LOADED = "mindflip:loaded";
/** How fast each model wrote on this device, tokens a second. */
const SPEEDS = "mindflip:speeds";
/** How much a new measurement counts against those before it. */
const WEIGHT = 0.4;
/** Fewer tokens say nothing. */
const TOKENS_LEAST = 8;

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

/** @param {string} modelId @returns {number|null} */
export function speedOf(modelId) {
  return speeds()[modelId] ?? null;
}

/**
 * @param {string} modelId @param {{tokens: number, seconds: number}} spent since the first token:
 *   before it the model was reading
 */
export function measured(modelId, { tokens, seconds }) {
  if (tokens < TOKENS_LEAST || seconds <= 0) return;
  const known = speeds();
  const now = tokens / seconds;
  const before = known[modelId] ?? now;
  known[modelId] = Math.round(10 * (before + WEIGHT * (now - before))) / 10;
  write(SPEEDS, JSON.stringify(known));
}

function speeds() {
  try {
    return JSON.parse(read(SPEEDS)) ?? {};
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
